/** What the verbs on one secret share: their flags, their one reference, and the writer of its store. */
import { SecwrapError } from '../core/errors.ts'
import { log } from '../core/log.ts'
import type { ProviderContext, Reference, SecretId, Writer } from '../core/types.ts'
import { Writers } from '../resolve/writers.ts'
import { parseReference } from '../template/reference.ts'
import { COMMON_FLAGS, type Flag, type FlagValues } from './flags.ts'

export const VERB_FLAGS: readonly Flag[] = COMMON_FLAGS.filter(({ name }) =>
  ['timeout', 'log-level', 'log-format', 'color'].includes(name),
).map(flag => (flag.name === 'timeout' ? { ...flag, describe: 'Time limit' } : flag))

/** Of verbs on many secrets, which take as long as they take. */
export const PATIENT_FLAGS: readonly Flag[] = VERB_FLAGS.map(flag =>
  flag.name === 'timeout' ? { ...flag, describe: 'Longest wait without any progress' } : flag,
)

export const JSON_FLAG: Flag = {
  name: 'json',
  type: 'boolean',
  default: false,
  describe: 'Print JSON',
}

export const YES_FLAG: Flag = {
  name: 'yes',
  alias: 'y',
  type: 'boolean',
  default: false,
  describe: 'Do not ask',
}

/**
 * A reference as a verb takes it: to one secret or field, or, where its path ends in /, to all secrets below.
 *
 * @throws SecwrapError BAD_TEMPLATE.
 */
export function parseVerbReference(text: string): Reference {
  return parseReference(text, { folder: '', wildcard: true })
}

export function isPrefix({ path }: SecretId): boolean {
  return path === '' || path.endsWith('/')
}

/** @throws SecwrapError BAD_USAGE where there is more or less than the one reference to one secret. */
export function parseOnly(words: readonly string[], verb: string): Reference {
  const [text, ...others] = words
  if (text === undefined || others.length > 0) {
    throw new SecwrapError('BAD_USAGE', `${verb} takes one reference`, {
      hint: `secwrap ${verb} ssm:///prod/db/password`,
    })
  }
  const reference = parseVerbReference(text)
  if (!isPrefix(reference.id)) return reference
  const { raw } = reference
  throw new SecwrapError('BAD_USAGE', `${raw}: ${verb} takes one secret, and no path that ends in /`, {
    ref: raw,
    hint: `secwrap list ${raw}`,
  })
}

/** What a provider or writer sees of this process. */
export function createContext(): ProviderContext {
  return { env: process.env, warn: text => log('warn', text) }
}

/** Opens the writer of a secret's store, and closes it again. @throws SecwrapError BAD_USAGE for a store that is only read. */
export async function withWriter<T>(id: SecretId, run: (writer: Writer) => Promise<T>): Promise<T> {
  const writers = new Writers(createContext())
  try {
    return await run(await writers.open(id))
  } finally {
    await writers.close()
  }
}

/** Ends what a verb does after `--timeout`. */
export function deadlineOf({ timeout }: FlagValues): AbortSignal {
  return AbortSignal.timeout(Number(timeout) * 1_000)
}
