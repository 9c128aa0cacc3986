import type { Libc } from '../../core/libc.ts'
import { parseReport } from '../../launch/supervisor/report.ts'
import type { FlagValues } from '../flags.ts'
import { loadFromFlags, type TemplateFlags } from '../prepare.ts'
import { beginWork } from './begin-work.ts'
import { heldIn } from './held.ts'
import { revokeAll } from './revoke.ts'
import type { WorkStage } from './stage.ts'
import { KeptTokens } from './tokens.ts'

/** Revokes what the stores gave for a run of the command that has ended. */
export async function close(libc: Libc, stage: WorkStage, values: FlagValues): Promise<void> {
  const { leases } = parseReport(beginWork(libc, stage).asked)
  const tokens = new KeptTokens(libc, stage.tokens, stage.others)
  const template = loadFromFlags(values as unknown as TemplateFlags, process.env)
  const given = heldIn(template, leases).filter(({ lease }) => lease !== undefined)
  await revokeAll(tokens, given)
  process.exit(0)
}
