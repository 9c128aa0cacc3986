/**
 * The flags, once: the quick parser of `exec` (quick-parse.ts), yargs-parser, SECWRAP_… variables, help and
 * completion are all made from these tables.
 */
export interface Flag {
  readonly name: string
  readonly type: 'boolean' | 'string' | 'number' | 'list' // a list repeats, and takes commas in its variable
  readonly describe: string
  readonly alias?: string
  readonly choices?: readonly string[] // of a boolean: what it takes beside true and false
  readonly default?: string | number | boolean
  readonly argument?: string // how help names the value
  readonly group?: string // its heading in help; a command's own flags have none
}

export type FlagValue = string | number | boolean | readonly string[]
export type FlagValues = Record<string, FlagValue>

export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'template',
    alias: 't',
    type: 'list',
    argument: 'FILE',
    group: 'Template',
    describe: 'Template to read, by default .env.template; repeats, and later files win; - is standard input',
  },
  {
    name: 'environment',
    alias: 'e',
    type: 'string',
    argument: 'NAME',
    group: 'Template',
    describe: 'Also read .env.NAME.template beside each .env.template',
  },
  {
    name: 'timeout',
    type: 'number',
    argument: 'SECONDS',
    default: 30,
    group: 'General',
    describe: 'Time limit for reading all secrets',
  },
  {
    name: 'log-level',
    type: 'string',
    choices: ['silent', 'error', 'warn', 'info', 'debug'],
    default: 'warn',
    argument: 'LEVEL',
    group: 'General',
    describe: 'How much to say on standard error',
  },
  {
    name: 'log-format',
    type: 'string',
    choices: ['text', 'json'],
    default: 'text',
    argument: 'FORMAT',
    group: 'General',
    describe: 'How to say it',
  },
  {
    name: 'color',
    type: 'boolean',
    default: true,
    group: 'General',
    describe: 'Leave colours out on a terminal, too',
  },
]

export const EXEC_FLAGS: readonly Flag[] = [
  {
    name: 'from',
    type: 'list',
    argument: 'REF',
    group: 'Template',
    describe: 'Import every secret below a reference, as *=REF in a template does; repeats',
  },
  {
    name: 'from-env',
    type: 'boolean',
    default: false,
    group: 'Template',
    describe: 'Also resolve references in inherited variables',
  },
  {
    name: 'prefer-env',
    type: 'list',
    argument: 'NAME',
    group: 'Environment',
    describe: 'Names whose inherited value wins, such as LOG_*; repeats',
  },
  {
    name: 'pristine',
    type: 'boolean',
    default: false,
    group: 'Environment',
    describe: 'Start from an empty environment',
  },
  {
    name: 'keep',
    type: 'list',
    argument: 'NAME',
    group: 'Environment',
    describe: 'Names that --pristine lets through, such as LC_*; repeats',
  },
  {
    name: 'pass-credentials',
    type: 'boolean',
    default: false,
    group: 'Environment',
    describe: "Let the command see secwrap's own credentials for the stores",
  },
]

export const MASK_FLAGS: readonly Flag[] = [
  {
    name: 'mask',
    type: 'boolean',
    default: false,
    group: 'Output',
    choices: ['pty'],
    describe: 'Replace values in what the command writes by [masked]; pty: a terminal stays one for it',
  },
]

export const WATCH_FLAGS: readonly Flag[] = [
  {
    name: 'watch',
    type: 'boolean',
    default: false,
    group: 'Watching',
    describe: 'Stay, look for changed secrets, and restart the command with them',
  },
  {
    name: 'on-change',
    type: 'string',
    argument: 'ACTION',
    default: 'restart',
    group: 'Watching',
    describe: 'What a change does: restart, signal:NAME (the environment stays), exit or none',
  },
  {
    name: 'interval',
    type: 'number',
    argument: 'SECONDS',
    default: 300,
    group: 'Watching',
    describe: 'From one look at the stores to the next',
  },
  {
    name: 'debounce',
    type: 'number',
    argument: 'SECONDS',
    default: 2,
    group: 'Watching',
    describe: 'From a change to what is done about it, so that others can join it',
  },
  {
    name: 'splay',
    type: 'number',
    argument: 'SECONDS',
    default: 0,
    group: 'Watching',
    describe: 'Plus a random share of this, so that not all of a fleet restart at once',
  },
  {
    name: 'stop-signal',
    type: 'string',
    argument: 'NAME',
    default: 'TERM',
    group: 'Watching',
    describe: 'What asks the command to end',
  },
  {
    name: 'stop-timeout',
    type: 'number',
    argument: 'SECONDS',
    default: 10,
    group: 'Watching',
    describe: 'Time for it to end, then SIGKILL',
  },
  {
    name: 'restart-on-exit',
    type: 'boolean',
    default: false,
    group: 'Watching',
    describe: 'Start the command again when it ends by itself',
  },
]

/** As it is worth writing: `--no-color` for a flag that is on without being asked for. */
export function longName({ name, default: value }: Flag): string {
  return value === true ? `--no-${name}` : `--${name}`
}

/** All that is worth writing: `--mask` and `--mask=pty`. */
export function longNames(flag: Flag): readonly string[] {
  const { name, type, choices = [] } = flag
  return [longName(flag), ...(type === 'boolean' ? choices.map(choice => `--${name}=${choice}`) : [])]
}

/** SECWRAP_LOG_LEVEL for --log-level. */
export function variableOf({ name }: Flag): string {
  return `SECWRAP_${name.toUpperCase().replaceAll('-', '_')}`
}
