import { isatty } from 'node:tty'
import { SecwrapError } from '../core/errors.ts'
import { log, writeAll } from '../core/log.ts'
import type { Template } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { resolve } from '../resolve/resolve.ts'
import { parseReference } from '../template/reference.ts'
import { COMMON_FLAGS, type FlagValues } from './flags.ts'

export const flags = COMMON_FLAGS.filter(({ name }) => ['timeout', 'log-level', 'log-format'].includes(name))

/** Writes one value to standard output, and nothing else: a terminal gets a newline after it, a file does not. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const [text, ...others] = words
  if (text === undefined || others.length > 0) {
    throw new SecwrapError('BAD_USAGE', 'get takes one reference', {
      hint: 'secwrap get ssm:///prod/db/password',
    })
  }
  protectProcess()
  const reference = parseReference(text, { folder: process.cwd() })
  const entry = { file: '', line: 0, name: '', parts: [reference], decorators: {} }
  const template: Template = { entries: [entry], problems: [], warnings: [] }
  const context = { env: process.env, warn: (warning: string) => log('warn', warning) }
  const { secrets, missing } = await resolve(
    template,
    context,
    AbortSignal.timeout(Number(values.timeout) * 1_000),
  )
  const secret = secrets.get(reference)
  if (!secret) {
    throw (
      missing.get(reference) ??
      new SecwrapError('NOT_FOUND', `${reference.raw} does not exist`, { ref: reference.raw })
    )
  }
  writeAll(1, isatty(1) ? `${secret.reveal()}\n` : secret.reveal())
}
