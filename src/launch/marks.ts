/** What was found when secrets were read, and whether that is news. */

/** Name of what was read → its mark. */
export type Marks = ReadonlyMap<string, string>

/** Whether two reads found the same versions of the same secrets. */
export function isSame(a: Marks, b: Marks): boolean {
  return a.size === b.size && [...a].every(([name, mark]) => b.get(name) === mark)
}

/** The names of what was added, removed or changed. */
export function listChanges(now: Marks, before: Marks): string {
  const names = new Set([...before.keys(), ...now.keys()])
  return [...names].filter(name => now.get(name) !== before.get(name)).join(', ')
}
