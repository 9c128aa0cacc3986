/** True where one of the globs (`AWS_*`, `DB_?`) matches the whole name. `*` and `?` only. */
export function matchesAny(name: string, globs: readonly string[]): boolean {
  for (const glob of globs) if (matches(name, glob)) return true
  return false
}

// Goes back to the last `*` only, so the time is bounded by the two lengths multiplied.
function matches(name: string, glob: string): boolean {
  let [at, inGlob, star, starAt] = [0, 0, -1, 0]
  while (at < name.length) {
    if (glob[inGlob] === '*') {
      star = inGlob++
      starAt = at
    } else if (glob[inGlob] === '?' || glob[inGlob] === name[at]) {
      at++
      inGlob++
    } else if (star >= 0) {
      inGlob = star + 1
      at = ++starAt
    } else return false
  }
  while (glob[inGlob] === '*') inGlob++
  return inGlob === glob.length
}
