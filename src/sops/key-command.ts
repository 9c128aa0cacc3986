import { execFile } from 'node:child_process'
import { SecwrapError } from '../core/errors.ts'
import type { Inherited } from '../core/types.ts'
import { splitWords } from '../core/words.ts'

const MAX_BYTES = 1024 * 1024

/**
 * What SOPS_AGE_KEY_CMD writes to standard output; SOPS_AGE_RECIPIENT tells it whose identity is wanted.
 * No shell has a part in it: the words are split as one would, and nothing is expanded. What the command
 * says on standard error is dropped, as it could be part of a key.
 *
 * @throws SecwrapError BAD_CONFIG where it does not start or fails, TIMED_OUT.
 */
export function runKeyCommand(
  command: string,
  recipient: string,
  env: Inherited,
  signal: AbortSignal,
): Promise<string> {
  const words = splitWords(command)
  if (!words) throw failure('has a quote that never ends')
  const [program, ...args] = words
  if (!program) throw failure('is empty')
  const options = { env: { ...env, SOPS_AGE_RECIPIENT: recipient }, signal, maxBuffer: MAX_BYTES }
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, output) => {
      if (!error) resolve(output)
      else if (signal.aborted) reject(late())
      else reject(failure(describeExit(error.code)))
    })
    child.stdin?.end()
  })
}

function describeExit(code: unknown): string {
  if (typeof code === 'number') return `failed with status ${code}`
  return code === 'ENOENT' ? 'was not found' : 'could not be run'
}

function late(): SecwrapError {
  return new SecwrapError('TIMED_OUT', 'SOPS_AGE_KEY_CMD did not end in time', { hint: '--timeout' })
}

function failure(fact: string): SecwrapError {
  return new SecwrapError('BAD_CONFIG', `the command ${fact}`)
}
