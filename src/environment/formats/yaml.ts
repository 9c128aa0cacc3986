/** One mapping, name to text, for readers of YAML 1.1 and 1.2 alike. */
import { type Format, refuseName } from './format.ts'
import { writeScalar } from './yaml-scalar.ts'

/** Source: YAML 1.2.2, 7.4.2: "limited to at most 1024 characters" for a key on one line. */
const MAX_KEY_LENGTH = 1_000

export const format: Format = {
  writeVariable(name, value) {
    if (name.length > MAX_KEY_LENGTH) refuseName('the name is too long for a key in YAML')
    return `${writeScalar(name)}: ${writeScalar(value)}`
  },
  wrap: lines => (lines.length === 0 ? '{}\n' : lines.map(line => `${line}\n`).join('')),
}
