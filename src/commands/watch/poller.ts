import { describe, type SecwrapError } from '../../core/errors.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import { protectProcess } from '../../launch/exec.ts'
import { formatReport } from '../../launch/report.ts'
import { resolve } from '../../resolve/resolve.ts'
import { takeCaller } from '../caller.ts'
import type { FlagValues } from '../flags.ts'
import { loadFromFlags, type TemplateFlags } from '../prepare.ts'
import { listMarks } from './marks.ts'
import type { WorkStage } from './stage.ts'
import { readStore } from './store.ts'

/** Reads what the template names once more, and tells which versions are there now. */
export async function poll(libc: Libc, { store, report }: WorkStage, values: FlagValues): Promise<void> {
  libc.call(systemCalls().setpgid, 0, 0) // keys at the terminal are meant for the command
  const { key } = readStore(libc, store)
  takeCaller(process.env)
  protectProcess()
  const flags = values as unknown as TemplateFlags
  const template = loadFromFlags(flags, process.env)
  const context = { env: process.env, warn: () => {} } // the resolver has said it
  const resolved = await resolve(template, context, AbortSignal.timeout(flags.timeout * 1_000))
  const problems = [...template.problems, ...resolved.problems]
  writeAll(report, formatReport(problems.map(asLine)))
  if (problems.length > 0) process.exit(0)
  writeAll(report, formatReport([...listMarks(template.entries, resolved, key), { event: 'ready' }]))
  process.exit(0)
}

function asLine(problem: SecwrapError) {
  return { event: 'problem', text: describe(problem) } as const
}
