import { SecwrapError } from '../core/errors.ts'

/** Attempts where the store can't be reached or fails. Throttling is waited out until the deadline. */
const MAX_ATTEMPTS = 5

/**
 * How long to wait before the next attempt, in milliseconds: a random share of
 * `baseMs · 2^attempt`, at most `capMs` ("full jitter").
 *
 * @param attempt - 0 before the first retry.
 * @throws RangeError if `attempt` is negative: the caller miscounted.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function backoffMs(
  attempt: number,
  { baseMs = 100, capMs = 5_000, random = Math.random } = {},
): number {
  if (attempt < 0) throw new RangeError('attempt is negative')
  return random() * Math.min(capMs, baseMs * 2 ** attempt)
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the signal ends it. Only errors that say
 * that a retry may help are tried again; a store's Retry-After is kept.
 *
 * @throws SecwrapError the last failure; TIMED_OUT where the deadline came during a wait.
 */
export async function retry<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof SecwrapError) || !error.details.retry) throw error
      const { afterMs = 0, throttled = false } = error.details.retry
      if (!throttled && attempts >= MAX_ATTEMPTS) throw error
      if (!(await sleep(pauseMs(afterMs, attempts), signal))) throw timedOut(error)
    }
  }
}

function pauseMs(afterMs: number, attempts: number): number {
  return Math.max(afterMs, backoffMs(attempts - 1))
}

function timedOut(last: SecwrapError): SecwrapError {
  return new SecwrapError('TIMED_OUT', `${last.message}, until the time limit`, { hint: '--timeout' })
}

/** True after the time, false as soon as the signal ends the wait. */
export function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(done => {
    if (signal.aborted) return done(false)
    const onAbort = () => {
      clearTimeout(timer)
      done(false)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      done(true)
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
