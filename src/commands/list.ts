import { SecwrapError } from '../core/errors.ts'
import type { Listed, Reference, Writer } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { listSecrets } from '../resolve/list.ts'
import { parseFields } from '../resolve/merge.ts'
import { Patience } from '../resolve/patience.ts'
import { retry } from '../resolve/retry.ts'
import { selectField } from '../resolve/select.ts'
import { formatKey } from '../template/uri.ts'
import type { Flag, FlagValues } from './flags.ts'
import { createPrinter } from './listing.ts'
import { Progress } from './progress.ts'
import { isPrefix, JSON_FLAG, PATIENT_FLAGS, parseVerbReference, withWriter } from './verbs.ts'

const LONG_FLAG: Flag = {
  name: 'long',
  alias: 'l',
  type: 'boolean',
  default: false,
  describe: 'Also version, age, author and state, where the store tells them',
}

export const flags = [LONG_FLAG, JSON_FLAG, ...PATIENT_FLAGS]

/** One name a line, as they come from the store; of a secret that is a map, its fields. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const reference = parseListed(words)
  protectProcess()
  await withWriter(reference.id, async writer => {
    using patience = new Patience(Number(values.timeout) * 1_000)
    const rows = isPrefix(reference.id)
      ? listSecrets(writer, reference.id, patience)
      : listFields(writer, reference, patience.signal)
    const count = await printRows(rows, values)
    if (count === 0) throw nothing(reference)
  })
}

function parseListed([text, ...others]: readonly string[]): Reference {
  if (text !== undefined && others.length === 0) return parseVerbReference(text)
  throw new SecwrapError('BAD_USAGE', 'list takes one reference', { hint: 'secwrap list ssm:///prod/' })
}

/** @throws SecwrapError NOT_FOUND, BAD_VALUE where the secret is no map. */
async function* listFields(
  writer: Writer,
  { id, key = [], raw }: Reference,
  signal: AbortSignal,
): AsyncIterable<Listed> {
  const found = await retry(() => writer.current(id, signal), signal)
  if (!found) {
    // A sealed file has nothing below it.
    const hint = id.scheme === 'sops' ? {} : { hint: `secwrap list ${id.uri}/` }
    throw new SecwrapError('NOT_FOUND', `${raw} does not exist`, { ref: raw, ...hint })
  }
  const map = key.length > 0 ? selectField(found.secret, key, raw) : found.secret
  for (const name of Object.keys(parseFields(map, raw))) {
    yield { id: { ...id, uri: `${id.uri}#${formatKey([...key, name])}` } }
  }
}

/** @returns how many there were. */
async function printRows(rows: AsyncIterable<Listed>, flags: FlagValues): Promise<number> {
  const printer = createPrinter(flags)
  using progress = new Progress('secrets listed')
  let count = 0
  for await (const row of rows) {
    printer.add(row)
    if (printer.isQuiet) progress.advance()
    count++
  }
  progress[Symbol.dispose]()
  printer.end()
  return count
}

function nothing({ raw }: Reference): SecwrapError {
  return new SecwrapError('NOT_FOUND', `there is no secret at ${raw}`, { ref: raw })
}
