import type { Flag, FlagValues } from './flags.ts'

export interface Command {
  readonly command: string
  readonly describe: string
  readonly usage: string
  readonly example: string
  readonly runsProgram?: true // from the first word on, arguments are a program's
  readonly hidesArguments?: true // one of them may be a value by mistake, so no message repeats it
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
    usage: 'exec [flags] -- COMMAND [ARGUMENT...]',
    example: 'secwrap exec --environment dev -- npm start',
    runsProgram: true,
    load: () => import('./exec.ts'),
  },
  {
    command: 'check',
    describe: 'Parse, read and type every entry of a template, and show no value',
    usage: 'check [flags]',
    example: 'secwrap check --offline',
    load: () => import('./check.ts'),
  },
  {
    command: 'export',
    describe: 'Write the environment in the format of another program',
    usage: 'export [flags]',
    example: 'secwrap export --format json',
    load: () => import('./export.ts'),
  },
  {
    command: 'render',
    describe: 'Fill references in files of any kind',
    usage: 'render SOURCE:TARGET... [flags]',
    example: 'secwrap render app.conf.template:/run/app.conf',
    load: () => import('./render.ts'),
  },
  {
    command: 'get',
    describe: 'Print one secret',
    usage: 'get REFERENCE [flags]',
    example: 'secwrap get ssm:///prod/db/password',
    load: () => import('./get.ts'),
  },
  {
    command: 'set',
    describe: 'Write one secret, from standard input or a prompt',
    usage: 'set REFERENCE [flags] < VALUE',
    example: 'secwrap set vault://secret/api#key --generate',
    hidesArguments: true,
    load: () => import('./set.ts'),
  },
  {
    command: 'list',
    describe: 'List the secrets below a path, or the fields of a map',
    usage: 'list REFERENCE [flags]',
    example: 'secwrap list ssm:///prod/ --long',
    load: () => import('./list.ts'),
  },
  {
    command: 'delete',
    describe: 'Delete one secret, or one field of a map',
    usage: 'delete REFERENCE [flags]',
    example: 'secwrap delete ssm:///prod/db/password --yes',
    load: () => import('./delete.ts'),
  },
  {
    command: 'history',
    describe: 'Show the versions of one secret',
    usage: 'history REFERENCE [flags]',
    example: 'secwrap history vault://secret/api',
    load: () => import('./history.ts'),
  },
  {
    command: 'rollback',
    describe: 'Write the value of an old version as a new one',
    usage: 'rollback REFERENCE --to VERSION [flags]',
    example: 'secwrap rollback ssm:///prod/db/password --to 3',
    load: () => import('./rollback.ts'),
  },
  {
    command: 'copy',
    describe: 'Copy secrets from one place to another, in any two stores',
    usage: 'copy FROM TO [flags]',
    example: 'secwrap copy ssm:///prod/ vault://secret/prod --dry-run',
    load: () => import('./copy.ts'),
  },
  {
    command: 'import',
    describe: 'Write the values of a dotenv, JSON or YAML file into a store',
    usage: 'import FILE TO [flags]',
    example: 'secwrap import .env ssm:///prod/app/ --dry-run',
    load: () => import('./import.ts'),
  },
  {
    command: 'init',
    describe: 'Make a template and a sealed file of a .env file',
    usage: 'init [FILE] [flags]',
    example: "secwrap init --plain 'SHOP_*' --dry-run",
    load: () => import('./init.ts'),
  },
  {
    command: 'doctor',
    describe: 'Tell what is set up here, and ask no store',
    usage: 'doctor [flags]',
    example: 'secwrap doctor --template deploy.env.template',
    load: () => import('./doctor.ts'),
  },
  {
    command: 'completion',
    describe: 'Print the completion script of bash, zsh or fish',
    usage: 'completion bash|zsh|fish',
    example: 'source <(secwrap completion bash)',
    load: () => import('./completion.ts'),
  },
]
