import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import type { Secret } from '../core/secret.ts'
import type { Reference, WriteOptions, Writer } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { rulesOf } from '../providers/store-rules.ts'
import { sameValue } from '../resolve/compare.ts'
import { parseFields, setField } from '../resolve/merge.ts'
import { updateSecret, type Written, writeSecret } from '../resolve/write.ts'
import type { Flag, FlagValues } from './flags.ts'
import { flatten } from './table.ts'
import { readValue, VALUE_FLAGS } from './value-input.ts'
import { deadlineOf, JSON_FLAG, parseOnly, VERB_FLAGS, withWriter } from './verbs.ts'

const SET_FLAGS: readonly Flag[] = [
  {
    name: 'if-version',
    type: 'string',
    argument: 'VERSION',
    describe: 'Write only if this is still the newest version; none: only if there is no secret yet',
  },
  {
    name: 'skip-unchanged',
    type: 'boolean',
    default: false,
    describe: 'Write nothing where the value is the same',
  },
]

export const flags = [...VALUE_FLAGS, ...SET_FLAGS, JSON_FLAG, ...VERB_FLAGS]

/** Writes one secret, or one field of it, and prints its version. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  if (words.length > 1) {
    throw new SecwrapError(
      'BAD_USAGE',
      'set takes one reference, and never a value: other users see arguments',
      {
        hint: 'the value on standard input, --from-file FILE or --generate',
      },
    )
  }
  const reference = parseOnly(words, 'set')
  protectProcess()
  await withWriter(reference.id, async writer => {
    const value = await readValue(values, reference.raw)
    checkShape(reference, value)
    print(reference, await write(writer, reference, value, values), Boolean(values.json))
  })
}

/** A plain text is no secret of a store that holds maps. */
function checkShape({ id, key, raw }: Reference, value: Secret): void {
  if (key || !rulesOf(id.scheme).holdsMap(id)) return
  try {
    parseFields(value, raw)
  } catch {
    throw new SecwrapError('BAD_USAGE', `${raw} is a map: name a field, or write a JSON object`, {
      ref: raw,
      hint: `secwrap set '${raw}#KEY'`,
    })
  }
}

async function write(
  writer: Writer,
  reference: Reference,
  value: Secret,
  flags: FlagValues,
): Promise<Written> {
  const { id, key } = reference
  const [signal, skipUnchanged] = [deadlineOf(flags), Boolean(flags['skip-unchanged'])]
  const expected = expectedVersion(flags)
  if (!key && !skipUnchanged)
    return { version: await writeSecret(writer, id, value, expected, signal), changed: true }
  return updateSecret(writer, id, changeTo(value, reference, skipUnchanged), expected, signal)
}

function expectedVersion({ 'if-version': version }: FlagValues): WriteOptions {
  if (version === undefined) return {}
  return { ifVersion: version === 'none' ? '' : String(version) }
}

/** From the secret before to the one after; undefined where it is the same and that is enough. */
function changeTo(value: Secret, { id, key, raw }: Reference, skipUnchanged: boolean) {
  const isSame = key || rulesOf(id.scheme).holdsMap(id) ? sameValue : equals
  return (before: Secret | undefined) => {
    const after = key ? setField(before, key, value.reveal(), raw) : value
    return skipUnchanged && before && isSame(before, after) ? undefined : after
  }
}

function equals(a: Secret, b: Secret): boolean {
  return a.equals(b)
}

function print({ raw }: Reference, { version, changed }: Written, json: boolean): void {
  const { id } = version
  if (json) writeAll(1, `${JSON.stringify({ reference: raw, version: id || undefined, changed }, null, 2)}\n`)
  else writeAll(1, `${raw} ${changed ? 'written' : 'unchanged'}${id && `, version ${flatten(id)}`}\n`)
}
