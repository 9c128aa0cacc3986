/**
 * The flags, once: the quick parser of `exec` (quick-parse.ts), yargs, SECWRAP_… variables, help and
 * completion are all made from these tables.
 */
export interface Flag {
  readonly name: string
  readonly type: 'boolean' | 'string' | 'number' | 'list' // a list repeats, and takes commas in its variable
  readonly describe: string
  readonly alias?: string
  readonly choices?: readonly string[]
  readonly default?: string | number | boolean
  readonly argument?: string // how help names the value
}

export type FlagValue = string | number | boolean | readonly string[]
export type FlagValues = Record<string, FlagValue>

export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'template',
    alias: 't',
    type: 'list',
    argument: 'FILE',
    describe: 'Template to read; repeats, later files win; - is standard input [.env.template]',
  },
  {
    name: 'environment',
    alias: 'e',
    type: 'string',
    argument: 'NAME',
    describe: 'Also read .env.NAME.template beside each .env.template',
  },
  {
    name: 'timeout',
    type: 'number',
    argument: 'SECONDS',
    default: 30,
    describe: 'Time limit for reading all secrets',
  },
  {
    name: 'log-level',
    type: 'string',
    choices: ['silent', 'error', 'warn', 'info', 'debug'],
    default: 'warn',
    describe: 'What is said on standard error',
  },
  {
    name: 'log-format',
    type: 'string',
    choices: ['text', 'json'],
    default: 'text',
    describe: 'How it is said',
  },
  { name: 'color', type: 'boolean', default: true, describe: 'Colours where the output is a terminal' },
]

export const EXEC_FLAGS: readonly Flag[] = [
  {
    name: 'from',
    type: 'list',
    argument: 'REF',
    describe: 'Import every secret below a reference, as *=REF in a template does; repeats',
  },
  {
    name: 'from-env',
    type: 'boolean',
    default: false,
    describe: 'Also resolve references in inherited variables',
  },
  {
    name: 'prefer-env',
    type: 'list',
    argument: 'NAME',
    describe: 'Names (globs) whose inherited value wins',
  },
  { name: 'pristine', type: 'boolean', default: false, describe: 'Start from an empty environment' },
  { name: 'keep', type: 'list', argument: 'NAME', describe: 'Names (globs) that --pristine lets through' },
  {
    name: 'pass-credentials',
    type: 'boolean',
    default: false,
    describe: "Let the command see secwrap's own credentials for the stores",
  },
]

/** SECWRAP_LOG_LEVEL for --log-level. */
export function variableOf({ name }: Flag): string {
  return `SECWRAP_${name.toUpperCase().replaceAll('-', '_')}`
}
