import type { Libc } from '../../core/libc.ts'
import { parseAsk } from '../../launch/sidecar/report.ts'
import type { FlagValues } from '../flags.ts'
import { entriesOf, openSources } from '../render/files.ts'
import { readRequest } from '../render.ts'
import { beginWork } from '../watch/begin-work.ts'
import { heldIn } from '../watch/held.ts'
import { revokeAll } from '../watch/revoke.ts'
import type { WorkStage } from '../watch/stage.ts'
import { KeptTokens } from '../watch/tokens.ts'
import { templateOf } from './renewals.ts'

/** Revokes tokens of our own log-ins, and leases of files that are no more. */
export async function close(
  libc: Libc,
  stage: WorkStage,
  values: FlagValues,
  words: readonly string[],
): Promise<never> {
  const { leases } = parseAsk(beginWork(libc, stage).asked)
  const tokens = new KeptTokens(libc, stage.tokens, -1)
  const template = templateOf(openSources(readRequest(values, words)).sources.flatMap(entriesOf))
  await revokeAll(tokens, heldIn(template, leases))
  process.exit(0)
}
