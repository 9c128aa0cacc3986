import { SecwrapError } from '../core/errors.ts'
import { exists } from '../core/files.ts'
import { lockFolder } from '../core/lock.ts'
import { log } from '../core/log.ts'
import { replaceFiles } from '../core/replace-files.ts'
import type { ProviderContext } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { COMMON_FLAGS, type Flag, type FlagValues } from './flags.ts'
import { findMistakes } from './init/gitignore.ts'
import { withKeyFile } from './init/key.ts'
import { prepareProject } from './init/prepare.ts'
import { locateProject, type Project } from './init/project.ts'
import { reportProject } from './init/report.ts'

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
  { name: 'json', type: 'boolean', default: false, describe: 'Print JSON instead of tables' },
]

export const flags = [
  ...INIT_FLAGS,
  ...COMMON_FLAGS.filter(({ name }) => ['log-level', 'log-format', 'color'].includes(name)),
]

/** For another writer in the folder, and for a program that gives an age key. */
const LIMIT_MS = 30_000

/** Makes a template and a sealed file of a .env file: all of it or nothing, and nothing the second time. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const project = locateProject(readFile(words), textOf(values.sealed))
  const isDryRun = Boolean(values['dry-run'])
  protectProcess()
  const warnings = new Set<string>()
  const context = withKeyFile(
    { env: process.env, warn: text => warnings.add(text) },
    textOf(values['key-file']),
  )
  const signal = AbortSignal.timeout(LIMIT_MS)
  using _ = isDryRun ? undefined : await lockProject(project, context, signal)
  const options = {
    plain: listOf(values.plain),
    secret: listOf(values.secret),
    recipients: checkRecipients(listOf(values.recipient)),
    force: Boolean(values.force),
  }
  const prepared = await prepareProject(project, options, context, signal)
  if (!isDryRun) replaceFiles(prepared.changes)
  const mistakes = isDryRun ? [] : (findMistakes(prepared.ignoring) ?? [])
  for (const warning of [...warnings, ...prepared.warnings, ...mistakes]) log('warn', warning)
  reportProject(project, prepared, { json: Boolean(values.json), color: Boolean(values.color), isDryRun })
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

/** Two runs at once, or a `secwrap set` meanwhile, would each overwrite what the other wrote. */
async function lockProject(
  { folder, sealed: { path } }: Project,
  { warn }: ProviderContext,
  signal: AbortSignal,
): Promise<Disposable | undefined> {
  const place = path.slice(0, path.lastIndexOf('/'))
  const locked = exists(place) ? place : folder
  try {
    const lock = await lockFolder(locked, signal)
    if (!lock) warn(`${locked} can't be locked, so two writers at once could lose a change`)
    return lock
  } catch (error) {
    if (error instanceof SecwrapError) throw error
    const { code = 'unknown error' } = error as { code?: string }
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    throw new SecwrapError(isMissing ? 'NOT_FOUND' : 'DENIED', `${locked} can't be opened (${code})`)
  }
}
