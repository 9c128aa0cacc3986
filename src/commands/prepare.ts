/** What `exec`, and every command that needs a template's finished environment, does first. */
import type { SecwrapError } from '../core/errors.ts'
import { log } from '../core/log.ts'
import { endStep } from '../core/timing.ts'
import type { Environment, Inherited, ProviderContext, Resolved, Template } from '../core/types.ts'
import { buildEnvironment } from '../environment/build.ts'
import { namesOfCredentials } from '../providers/credentials.ts'
import { resolveLocal } from '../resolve/local.ts'
import { schemesIn } from '../resolve/plan.ts'
import { resolve } from '../resolve/resolve.ts'
import { loadTemplate } from '../template/load.ts'

export interface TemplateFlags {
  readonly template?: readonly string[]
  readonly environment?: string
  readonly timeout: number // seconds
  readonly from?: readonly string[]
  readonly 'from-env'?: boolean
  readonly 'prefer-env'?: readonly string[]
  readonly pristine?: boolean
  readonly keep?: readonly string[]
  readonly 'pass-credentials'?: boolean
}

export interface Prepared {
  readonly template: Template
  readonly resolved: Resolved
  readonly environment: Environment
  readonly sensitive: readonly string[] // names whose value came from a store
  readonly problems: readonly SecwrapError[] // of every step; the environment counts only where there are none
}

/** Template → secrets → environment. */
export async function prepareEnvironment(
  flags: TemplateFlags,
  inherited: Inherited,
  more: Partial<ProviderContext> = {},
): Promise<Prepared> {
  const template = loadFromFlags(flags, inherited)
  const resolved = readLocal(template, inherited) ?? (await readSecrets(template, flags, inherited, more))
  return completeEnvironment(template, resolved, flags, inherited)
}

/** Reads at once what is on this machine; undefined where a store has to be waited for. */
export function readLocal(template: Template, inherited: Inherited): Resolved | undefined {
  const resolved = resolveLocal(template, contextOf(inherited))
  endStep('local')
  return resolved
}

function contextOf(env: Inherited): ProviderContext {
  return { env, warn: text => log('warn', text) }
}

export async function readSecrets(
  template: Template,
  flags: TemplateFlags,
  inherited: Inherited,
  more: Partial<ProviderContext> = {},
): Promise<Resolved> {
  const context = { ...contextOf(inherited), ...more }
  const resolved = await resolve(template, context, AbortSignal.timeout(flags.timeout * 1_000))
  endStep('read')
  return resolved
}

export function completeEnvironment(
  template: Template,
  resolved: Resolved,
  flags: TemplateFlags,
  inherited: Inherited,
): Prepared {
  const { environment, sensitive, problems } = buildEnvironment(template, resolved, {
    inherited,
    pristine: flags.pristine ?? false,
    keep: flags.keep ?? [],
    preferEnv: flags['prefer-env'] ?? [],
    withhold: flags['pass-credentials']
      ? new Set()
      : namesOfCredentials(schemesIn(template.entries), inherited),
  })
  endStep('build')
  return {
    template,
    resolved,
    environment,
    sensitive,
    problems: [...template.problems, ...resolved.problems, ...problems],
  }
}

export function loadFromFlags(flags: TemplateFlags, inherited: Inherited): Template {
  const { template = [], from = [], environment } = flags
  const loaded = loadTemplate({
    templates: template,
    ...(environment !== undefined && { environment }),
    from,
    fromEnv: flags['from-env'] ?? false,
    preferEnv: flags['prefer-env'] ?? [],
    inherited,
  })
  endStep('parse')
  return loaded
}
