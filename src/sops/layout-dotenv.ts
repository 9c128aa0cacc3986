import type { Layout } from './layout.ts'
import { assembleLines } from './layout-lines.ts'
import { broken } from './tree.ts'

/** dotenv as sops has it: `NAME=value`, a line break as `\n`. */
export const dotenvLayout: Layout = {
  canEdit: () => true,
  assemble: assembleLines,

  renderEntry(name, value) {
    if (/[=\n]|^#/.test(name)) throw broken("can't hold a name with =, a line break, or # at its start")
    if (typeof value !== 'string') throw broken(`can't hold a list or a map, as ${name} is one`)
    return `${name}=${value}\n`
  },

  renderMark: mark => mark,

  renderScalar(plain, sealed) {
    if (sealed !== undefined) return sealed
    // sops would read a line break where the value has a backslash and an n.
    if (plain.text.includes('\\n'))
      throw broken("can't hold a backslash before an n in a value that is not sealed")
    return plain.text.replaceAll('\n', '\\n')
  },
}
