import { relative, resolve } from 'node:path'
import { asSecwrapError, SecwrapError, throwTogether } from '../../core/errors.ts'
import { exists } from '../../core/files.ts'
import type { ProviderContext } from '../../core/types.ts'
import { readSecretFile } from '../../providers/shared/read-file.ts'
import { defaultKeyFile } from '../../sops/keys.ts'
import { type Change, describeIgnoring, describeSealing, describeTemplate } from './changes.ts'
import { isTracked } from './git.ts'
import type { Ignoring } from './gitignore.ts'
import { type Plan, planTemplate } from './plan.ts'
import type { Project } from './project.ts'
import { planSealing, type Sealing } from './seal.ts'
import type { PlannedEntry } from './template.ts'

export interface InitOptions {
  readonly plain: readonly string[] // globs
  readonly secret: readonly string[]
  readonly recipients: readonly string[]
  readonly force: boolean
}

export interface Prepared {
  readonly entries: readonly PlannedEntry[]
  readonly changes: readonly Change[]
  readonly warnings: readonly string[]
  readonly ignoring: Ignoring
}

/**
 * All that is to be done, worked out before anything is written.
 *
 * @throws SecwrapError, several together, for whatever is in the way.
 */
export async function prepareProject(
  project: Project,
  options: InitOptions,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Prepared> {
  const before = readText(project.template)
  const plan = planProject(project, options, before)
  const isDone = before !== undefined && !options.force && plan.differing.length === 0
  const problems = [
    ...plan.problems,
    ...(before === undefined || options.force ? [] : findDifference(project, plan)),
  ]
  const sealing = await seal(project, options, context, plan, problems, signal)
  const ignoring = findHidden(project, sealing, context)
  return {
    entries: plan.entries,
    changes: [
      ...describeSealing(sealing, plan),
      ...(isDone || before === plan.template ? [] : [describeTemplate(project, plan)]),
      ...describeIgnoring(ignoring),
    ],
    warnings: [
      ...(isDone ? [] : plan.warnings),
      ...sealing.warnings,
      ...findTraps(project, plan),
      ...findHistory(project),
    ],
    ignoring,
  }
}

function planProject(project: Project, options: InitOptions, before: string | undefined): Plan {
  const env = readText(project.env)
  if (env === undefined) {
    throw new SecwrapError('NOT_FOUND', `${project.env} does not exist`, {
      hint: exists(project.example) ? `cp ${project.example} ${project.env}` : 'secwrap init FILE',
    })
  }
  return planTemplate({
    ...options,
    name: project.env,
    env,
    example: readText(project.example),
    template: options.force ? undefined : before,
    sealedName: project.sealedName,
    referenceTo: project.referenceTo,
  })
}

function readText(path: string): string | undefined {
  return readSecretFile(path, path)?.text
}

function findDifference({ env, template }: Project, { differing }: Plan): readonly SecwrapError[] {
  if (differing.length === 0) return []
  const message = `${template} does not say what ${env} says of ${differing.join(', ')}`
  return [new SecwrapError('BAD_USAGE', message, { hint: `--force makes it anew from ${env}` })]
}

/** @throws SecwrapError: what is in its way, and the problems that there are already. */
async function seal(
  { sealed, folder, sealedName }: Project,
  { recipients, force }: InitOptions,
  context: ProviderContext,
  { secrets }: Plan,
  problems: readonly SecwrapError[],
  signal: AbortSignal,
): Promise<Sealing> {
  const request = { id: sealed, folder, name: sealedName, secrets, recipients, overwrites: force, context }
  const sealing = await planSealing(request, signal).catch(asSecwrapError)
  throwTogether(sealing instanceof SecwrapError ? [...problems, sealing] : problems)
  return sealing as Sealing
}

function findHidden(
  { folder, env, example, template, sealedName }: Project,
  { key }: Sealing,
  { env: variables }: ProviderContext,
): Ignoring {
  const keyFile = key?.path ?? (variables.SOPS_AGE_KEY_FILE || defaultKeyFile(variables))
  const names = (paths: readonly string[]) => paths.map(path => relative(folder, resolve(path)))
  const [keyName = '..'] = names(keyFile !== undefined && (key || exists(keyFile)) ? [keyFile] : [])
  return {
    folder,
    hidden: [...names([env]), ...(keyName.startsWith('..') ? [] : [keyName])],
    shown: [...names([template, ...(exists(example) ? [example] : [])]), sealedName, '.sops.yaml'],
  }
}

/** sops keeps a line break in a dotenv file as a backslash and an n, and knows no other way to tell them apart. */
function findTraps({ sealedName }: Project, { secrets }: Plan): readonly string[] {
  const names = [...secrets].filter(([, value]) => value.includes('\\n')).map(([name]) => name)
  if (names.length === 0 || !sealedName.endsWith('.env')) return []
  return [
    `${sealedName}: sops edit takes \\n in ${names.join(', ')} for a line break, and would not in a .json file`,
  ]
}

function findHistory({ folder, env }: Project): readonly string[] {
  const [name = ''] = env.split('/').slice(-1)
  return isTracked(folder, name)
    ? [`git keeps ${env}: git rm --cached ${env}, and change the secrets that were pushed`]
    : []
}
