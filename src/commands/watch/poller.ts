import { describe, type SecwrapError } from '../../core/errors.ts'
import type { Libc } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import type { ProviderContext, Resolved, Template } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import { formatReport, parseReport, type ReportLine } from '../../launch/supervisor/report.ts'
import { referencesIn } from '../../resolve/plan.ts'
import { renewLeases } from '../../resolve/renew.ts'
import { resolve } from '../../resolve/resolve.ts'
import type { FlagValues } from '../flags.ts'
import { loadFromFlags, type TemplateFlags } from '../prepare.ts'
import { beginWork } from './begin-work.ts'
import { heldIn } from './held.ts'
import { listMarks } from './marks.ts'
import type { WorkStage } from './stage.ts'
import { KeptTokens } from './tokens.ts'

/** Reads what the template names once more, renews leases and tokens, and tells which versions are there now. */
export async function poll(libc: Libc, stage: WorkStage, values: FlagValues): Promise<void> {
  const { asked, key } = beginWork(libc, stage)
  const { leases } = parseReport(asked)
  const flags = values as unknown as TemplateFlags
  const template = loadFromFlags(flags, process.env)
  const tokens = new KeptTokens(libc, stage.tokens, -1)
  const context = { env: process.env, warn: () => {}, tokens } // the resolver has said it
  const signal = AbortSignal.timeout(flags.timeout * 1_000)
  const away: SecwrapError[] = []
  const [renewed, resolved] = await Promise.all([
    renewDue(template, leases, context, signal, away),
    readAgain(withoutLeased(template, leases), context, signal),
  ])
  const tell = (lines: readonly ReportLine[]) => writeAll(stage.report, formatReport(lines))
  tell([...renewed, ...tokens.dropped.map(id => ({ event: 'renewed', id, seconds: 0 }) as const)])
  const problems = [...template.problems, ...resolved.problems, ...away]
  if (problems.length > 0) tell(problems.map(asLine))
  else tell([...listMarks(template.entries, resolved, key, leases), { event: 'ready' }])
  process.exit(0)
}

/** A log-in's token that has died is replaced by another log-in, once. */
async function readAgain(
  template: Template,
  context: ProviderContext & { readonly tokens: KeptTokens },
  signal: AbortSignal,
): Promise<Resolved> {
  const resolved = await resolve(template, context, signal)
  return context.tokens.dropped.length > 0 ? resolve(template, { ...context }, signal) : resolved
}

/** To read a lease again would make another user, token or certificate. */
function withoutLeased(template: Template, leases: readonly Lease[]): Template {
  const leased = new Set(leases.map(({ name }) => name))
  const entries = template.entries.flatMap(entry =>
    referencesIn(entry.parts)
      .filter(({ id }) => !leased.has(id.uri))
      .map(reference => ({ ...entry, parts: [reference] })),
  )
  return { ...template, entries }
}

async function renewDue(
  template: Template,
  leases: readonly Lease[],
  context: ProviderContext,
  signal: AbortSignal,
  away: SecwrapError[],
): Promise<readonly ReportLine[]> {
  const due = heldIn(
    template,
    leases.filter(({ renewable }) => renewable),
  )
  const renewed = await renewLeases(due, context, signal, problem => away.push(problem))
  return [...renewed].map(([{ id }, seconds]) => ({ event: 'renewed', id, seconds }))
}

function asLine(problem: SecwrapError) {
  return { event: 'problem', text: describe(problem) } as const
}
