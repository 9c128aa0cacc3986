import { SecwrapError } from '../../core/errors.ts'

/**
 * One run for all callers, however many ask at the same time. A failure that may pass is
 * forgotten, so that a retry runs again; any other stays, so that a wrong password is sent once.
 */
export function shareOnce<T>(run: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let shared: Promise<T> | undefined
  return signal => {
    shared ??= run(signal).catch(error => {
      if (error instanceof SecwrapError && error.details.retry) shared = undefined
      throw error
    })
    return shared
  }
}
