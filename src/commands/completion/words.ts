import type { Flag } from '../flags.ts'

/** What a script needs to know: each command with its help line, its flags, and what its argument can be. */
export interface Words {
  readonly command: string
  readonly describe: string
  readonly flags: readonly Flag[]
  readonly runsProgram: boolean
  readonly choices?: readonly string[]
}

/** In single quotes, as all three shells take it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
