import { describe } from '../../core/errors.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { protectProcess } from '../../launch/exec.ts'
import { readMemoryFile } from '../../launch/memory-file.ts'
import { parseReport } from '../../launch/supervisor/report.ts'
import { revokeLeases } from '../../resolve/renew.ts'
import { takeCaller } from '../caller.ts'
import type { FlagValues } from '../flags.ts'
import { loadFromFlags, type TemplateFlags } from '../prepare.ts'
import { closeOnStart } from './descriptors.ts'
import { heldIn } from './held.ts'
import type { WorkStage } from './stage.ts'
import { KeptTokens } from './tokens.ts'

/** Less than what the supervisor waits for it. */
const DEADLINE_MS = 2_000

/** Revokes what the stores gave for a run of the command that has ended. What fails runs out by itself. */
export async function close(libc: Libc, stage: WorkStage, values: FlagValues): Promise<void> {
  libc.call(systemCalls().setpgid, 0, 0) // keys at the terminal are meant for the command
  closeOnStart(libc, stage)
  const { leases } = parseReport(new TextDecoder().decode(readMemoryFile(libc, stage.report)))
  takeCaller(process.env)
  protectProcess()
  const tokens = new KeptTokens(libc, stage.tokens, stage.others)
  const own = tokens.stores.map(store => ({ store, lease: undefined }))
  const template = loadFromFlags(values as unknown as TemplateFlags, process.env)
  const given = heldIn(template, leases).filter(({ lease }) => lease !== undefined)
  const context = { env: process.env, warn: () => {}, tokens }
  const problems = await revokeLeases([...own, ...given], context, AbortSignal.timeout(DEADLINE_MS))
  for (const problem of problems) log('debug', `not revoked: ${describe(problem)}`)
  process.exit(0)
}
