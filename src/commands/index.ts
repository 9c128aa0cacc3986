import type { Flag, FlagValues } from './flags.ts'

export interface Command {
  readonly command: string
  readonly describe: string
  readonly usage: string
  readonly runsProgram?: true // from the first word on, arguments are a program's
  load(): Promise<CommandModule>
}

export interface CommandModule {
  readonly flags: readonly Flag[]
  handler(values: FlagValues, words: readonly string[]): Promise<void>
}

/** The command table. A command's file is loaded when it is run, and only then. */
export const COMMANDS: readonly Command[] = [
  {
    command: 'exec',
    describe: 'Run a command with its secrets in the environment',
    usage: 'exec [flags] -- command [argument...]',
    runsProgram: true,
    load: () => import('./exec.ts'),
  },
  {
    command: 'check',
    describe: 'Parse, read and type every entry of a template, and show no value',
    usage: 'check [flags]',
    load: () => import('./check.ts'),
  },
  {
    command: 'get',
    describe: 'Print one secret',
    usage: 'get REFERENCE',
    load: () => import('./get.ts'),
  },
  {
    command: 'completion',
    describe: 'Print the completion script of bash, zsh or fish',
    usage: 'completion bash|zsh|fish',
    load: () => import('./completion.ts'),
  },
]
