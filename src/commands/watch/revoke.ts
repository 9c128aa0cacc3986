import { describe } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { type Held, revokeLeases } from '../../resolve/renew.ts'
import type { KeptTokens } from './tokens.ts'

/** Less than what the process that stays waits for it. */
const DEADLINE_MS = 2_000

/** Gives tokens of our own log-ins back, and leases. What fails runs out by itself. */
export async function revokeAll(tokens: KeptTokens, leases: readonly Held[]): Promise<void> {
  const own = tokens.stores.map(store => ({ store, lease: undefined }))
  const context = { env: process.env, warn: () => {}, tokens }
  const problems = await revokeLeases([...own, ...leases], context, AbortSignal.timeout(DEADLINE_MS))
  for (const problem of problems) log('debug', `not revoked: ${describe(problem)}`)
}
