/** Writing so that nothing is lost and nothing is written twice, as far as the store lets us. */
import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { SecretId, Version, WriteOptions, Writer } from '../core/types.ts'
import { sameValue } from './compare.ts'
import { backoffMs, retry, sleep } from './retry.ts'

/** How often a change is made anew because somebody else wrote in between. */
const MAX_CONFLICTS = 5

export interface Written {
  readonly version: Version
  readonly changed: boolean // false: the secret was so already, and nothing was written
}

/**
 * Writes with retries. Where an answer was lost, the secret is looked at before it is written again: it may
 * have arrived.
 *
 * @throws SecwrapError as `Writer.write` does.
 */
export function writeSecret(
  writer: Writer,
  id: SecretId,
  secret: Secret,
  options: WriteOptions,
  signal: AbortSignal,
): Promise<Version> {
  let mayHaveArrived = false
  return retry(async () => {
    const arrived = mayHaveArrived && (await findArrived(writer, id, secret, options, signal))
    if (arrived) return arrived
    try {
      return await writer.write(id, secret, options, signal)
    } catch (error) {
      mayHaveArrived ||= isAnswerLost(error)
      throw error
    }
  }, signal)
}

/** A store that throttles has refused; any other failure that may pass leaves it open. */
function isAnswerLost(error: unknown): boolean {
  return error instanceof SecwrapError && error.details.retry?.throttled !== true
}

async function findArrived(
  writer: Writer,
  id: SecretId,
  secret: Secret,
  { ifVersion }: WriteOptions,
  signal: AbortSignal,
): Promise<Version | undefined> {
  try {
    const now = await writer.current(id, signal)
    return now && now.version.id !== ifVersion && sameValue(now.secret, secret) ? now.version : undefined
  } catch (error) {
    // Who may write need not be allowed to read.
    if (asSecwrapError(error).code === 'DENIED') return undefined
    throw error
  }
}

/**
 * Reads the newest value, changes it and writes it back. Where somebody else wrote in between, it begins
 * again; a store without check-and-set can't tell, and the last writer wins. With `ifVersion` it tries once.
 *
 * @param change - from the value, undefined where there is none, to the new one; undefined leaves it as it is.
 * @throws SecwrapError CONFLICT; NOT_FOUND where there is nothing, and nothing to write.
 */
export async function updateSecret(
  writer: Writer,
  id: SecretId,
  change: (before: Secret | undefined) => Secret | undefined,
  { ifVersion }: WriteOptions,
  signal: AbortSignal,
): Promise<Written> {
  let before = await retry(() => writer.current(id, signal), signal)
  for (let conflicts = 0; ; conflicts++) {
    const secret = change(before?.secret)
    if (!secret) return unchanged(before?.version, id)
    try {
      const version = await (ifVersion === undefined
        ? writeOver(writer, id, secret, before?.version.id, signal)
        : writeSecret(writer, id, secret, { ifVersion }, signal))
      return { version, changed: true }
    } catch (error) {
      const isConflict = asSecwrapError(error).code === 'CONFLICT' && ifVersion === undefined
      if (!isConflict || conflicts >= MAX_CONFLICTS) throw error
      await sleep(backoffMs(conflicts), signal)
      const now = await retry(() => writer.current(id, signal), signal)
      // Nobody wrote in between, so the conflict is about something else: a deleted secret that keeps its name.
      if (now?.version.id === before?.version.id) throw error
      before = now
    }
  }
}

function unchanged(version: Version | undefined, { uri }: SecretId): Written {
  if (version) return { version, changed: false }
  throw new SecwrapError('NOT_FOUND', `${uri} does not exist`, { ref: uri })
}

/**
 * Writes where `newest` is still the newest version, undefined for none; without looking where the store
 * has no check-and-set.
 *
 * @throws SecwrapError CONFLICT.
 */
export async function writeOver(
  writer: Writer,
  id: SecretId,
  secret: Secret,
  newest: string | undefined,
  signal: AbortSignal,
): Promise<Version> {
  try {
    return await writeSecret(writer, id, secret, { ifVersion: newest ?? '' }, signal)
  } catch (error) {
    // No request was made for that.
    if (asSecwrapError(error).code !== 'BAD_USAGE') throw error
    return writeSecret(writer, id, secret, {}, signal)
  }
}
