/** One object, name to text. */
import type { Format } from './format.ts'

export const format: Format = {
  writeVariable: (name, value) => `  "${name}": ${JSON.stringify(value)}`,
  wrap: members => (members.length === 0 ? '{}\n' : `{\n${members.join(',\n')}\n}\n`),
}
