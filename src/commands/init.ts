import { SecwrapError } from '../core/errors.ts'
import { log } from '../core/log.ts'
import type { ProviderContext } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import type { Flag, FlagValues } from './flags.ts'
import { locateProject } from './init/project.ts'
import { reportProject } from './init/report.ts'
import { deadlineOf, JSON_FLAG, VERB_FLAGS } from './verbs.ts'

const INIT_FLAGS: readonly Flag[] = [
  { name: 'plain', type: 'list', argument: 'NAME', describe: 'Names (globs) that stay text in the template' },
  { name: 'secret', type: 'list', argument: 'NAME', describe: 'Names (globs) that are sealed' },
  {
    name: 'recipient',
    type: 'list',
    argument: 'age1...',
    describe: 'Seal for this age recipient as well; repeats',
  },
  {
    name: 'key-file',
    type: 'string',
    argument: 'FILE',
    describe: "Age identities of yours, instead of where sops looks; made if it isn't there",
  },
  {
    name: 'sealed',
    type: 'string',
    argument: 'FILE',
    describe: 'Sealed file: .json, .yaml or .env [secrets.sops.json]',
  },
  { name: 'force', type: 'boolean', default: false, describe: 'Replace what differs from the .env file' },
  { name: 'dry-run', type: 'boolean', default: false, describe: 'Show what would be done, and do nothing' },
]

export const flags = [...INIT_FLAGS, JSON_FLAG, ...VERB_FLAGS]

/** Makes a template and a sealed file of a .env file: all of it or nothing, and nothing the second time. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const project = locateProject(readFile(words), textOf(values.sealed))
  const options = {
    plain: listOf(values.plain),
    secret: listOf(values.secret),
    recipients: checkRecipients(listOf(values.recipient)),
    force: Boolean(values.force),
    isDryRun: Boolean(values['dry-run']),
  }
  protectProcess()
  const warnings = new Set<string>()
  const context = withKeyFile(
    { env: process.env, warn: text => warnings.add(text) },
    textOf(values['key-file']),
  )
  const { makeProject } = await import('./init/make.ts')
  const made = await makeProject(project, options, context, deadlineOf(values))
  for (const warning of new Set([...warnings, ...made.warnings])) log('warn', warning)
  const look = { json: Boolean(values.json), color: Boolean(values.color), isDryRun: options.isDryRun }
  reportProject(project, made, look)
}

function readFile([file = '.env', ...others]: readonly string[]): string {
  if (others.length === 0) return file
  throw new SecwrapError('BAD_USAGE', 'init takes one .env file', { hint: 'secwrap init .env' })
}

function textOf(value: FlagValues[string] | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function listOf(value: FlagValues[string] | undefined): readonly string[] {
  return Array.isArray(value) ? value : []
}

/** @throws SecwrapError BAD_USAGE that does not show it: it might be an identity. */
function checkRecipients(recipients: readonly string[]): readonly string[] {
  if (recipients.every(recipient => /^age1[a-z0-9]+$/.test(recipient))) return recipients
  throw new SecwrapError('BAD_USAGE', '--recipient takes the public half of an age key', {
    hint: '--recipient age1…',
  })
}

/** The same surroundings, but with one file as the only place for identities. */
function withKeyFile(context: ProviderContext, keyFile: string | undefined): ProviderContext {
  if (keyFile === undefined) return context
  const others = ['SOPS_AGE_KEY', 'SOPS_AGE_KEY_CMD', 'HOME', 'XDG_CONFIG_HOME'] // the last two lead to the usual file
  const env = Object.fromEntries(Object.entries(context.env).filter(([name]) => !others.includes(name)))
  return { ...context, env: { ...env, SOPS_AGE_KEY_FILE: keyFile } }
}
