import { describe } from '../../core/errors.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { log } from '../../core/log.ts'
import { protectProcess } from '../../launch/exec.ts'
import { readMemoryFile } from '../../launch/memory-file.ts'
import { parseAsk } from '../../launch/sidecar/report.ts'
import { revokeLeases } from '../../resolve/renew.ts'
import { takeCaller } from '../caller.ts'
import type { FlagValues } from '../flags.ts'
import { entriesOf, openSources } from '../render/files.ts'
import { readRequest } from '../render.ts'
import { closeOnStart } from '../watch/descriptors.ts'
import { heldIn } from '../watch/held.ts'
import type { WorkStage } from '../watch/stage.ts'
import { KeptTokens } from '../watch/tokens.ts'
import { templateOf } from './renewals.ts'

/** Less than what the process that stays waits for it. */
const DEADLINE_MS = 2_000

/** Revokes tokens of our own log-ins, and leases of files that are no more. What fails runs out by itself. */
export async function close(
  libc: Libc,
  stage: WorkStage,
  values: FlagValues,
  words: readonly string[],
): Promise<never> {
  libc.call(systemCalls().setpgid, 0, 0)
  closeOnStart(libc, stage)
  const { leases } = parseAsk(new TextDecoder().decode(readMemoryFile(libc, stage.report)))
  takeCaller(process.env)
  protectProcess()
  const tokens = new KeptTokens(libc, stage.tokens, -1)
  const own = tokens.stores.map(store => ({ store, lease: undefined }))
  const template = templateOf(openSources(readRequest(values, words)).sources.flatMap(entriesOf))
  const context = { env: process.env, warn: () => {}, tokens }
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const problems = await revokeLeases([...own, ...heldIn(template, leases)], context, signal)
  for (const problem of problems) log('debug', `not revoked: ${describe(problem)}`)
  process.exit(0)
}
