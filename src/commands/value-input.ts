/** Where the value of `set` comes from; never from argv. */
import { isatty } from 'node:tty'
import { SecwrapError } from '../core/errors.ts'
import { readOpen } from '../core/files.ts'
import { log } from '../core/log.ts'
import { Secret } from '../core/secret.ts'
import { readSecretFile } from '../providers/shared/read-file.ts'
import { generateText, parseAlphabet } from '../rotate/generate.ts'
import type { Flag, FlagValues } from './flags.ts'

export const VALUE_FLAGS: readonly Flag[] = [
  {
    name: 'from-file',
    type: 'string',
    argument: 'FILE',
    describe: 'Take the value from a file, all of its bytes',
  },
  { name: 'generate', type: 'boolean', default: false, describe: 'Make a random value' },
  { name: 'length', type: 'number', default: 32, argument: 'N', describe: 'Characters of a random value' },
  {
    name: 'alphabet',
    type: 'string',
    default: 'alphanumeric',
    argument: 'NAME',
    describe: 'alphanumeric, lowercase, digits, hex, urlsafe, symbols, or the characters themselves',
  },
  { name: 'strip-newline', type: 'boolean', default: false, describe: 'Leave out one newline at the end' },
  { name: 'allow-empty', type: 'boolean', default: false, describe: 'Also write an empty value' },
]

const MAX_BYTES = 1024 * 1024

/**
 * The value by its flags, else from standard input, else asked for.
 *
 * @param ref - for the prompt.
 * @throws SecwrapError BAD_USAGE, BAD_VALUE (empty, binary, too large), NOT_FOUND or DENIED (the file).
 */
export async function readValue(flags: FlagValues, ref: string): Promise<Secret> {
  const { 'from-file': file, generate, length, alphabet } = flags
  if (file !== undefined && generate)
    throw new SecwrapError('BAD_USAGE', '--from-file and --generate exclude each other')
  if (generate) return new Secret(generateText(Number(length), parseAlphabet(String(alphabet))))
  if (file !== undefined) return finish(readFile(String(file)), flags)
  if (!isatty(0)) return finish(readStandardInput(), flags)
  const { askForValue } = await import('./prompt.ts')
  return finish(await askForValue(ref), flags)
}

/** @throws SecwrapError BAD_VALUE where the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SecwrapError('BAD_VALUE', `${what} is not UTF-8 text`, {
      hint: 'base64 FILE | secwrap set REFERENCE',
    })
  }
}

function readFile(path: string): Secret {
  const file = readSecretFile(path, path)
  if (!file) throw new SecwrapError('NOT_FOUND', `${path} does not exist`)
  return new Secret(file.text)
}

function readStandardInput(): Secret {
  const bytes = readDescriptor()
  if (bytes.length > MAX_BYTES) throw new SecwrapError('BAD_VALUE', 'standard input is larger than 1 MiB')
  return new Secret(decodeText(bytes, 'standard input'))
}

function readDescriptor(): Uint8Array {
  try {
    return readOpen(0, MAX_BYTES + 1)
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string }
    throw new SecwrapError('BAD_USAGE', `standard input can't be read (${code})`)
  }
}

function finish(value: Secret, flags: FlagValues): Secret {
  const text = value.reveal()
  const stripped = flags['strip-newline'] ? text.replace(/\r?\n$/, '') : text
  if (stripped === '' && !flags['allow-empty']) {
    throw new SecwrapError('BAD_USAGE', 'the value is empty', { hint: '--allow-empty, if that is meant' })
  }
  // `echo value |` adds one; a file of several lines is meant to end in one.
  if (/^[^\n]+\n$/.test(stripped)) {
    log(
      'warn',
      'the value ends in a newline, which is written too: printf %s, or --strip-newline, leaves it out',
    )
  }
  return new Secret(stripped)
}
