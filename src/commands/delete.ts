import { SecwrapError } from '../core/errors.ts'
import { log, writeAll } from '../core/log.ts'
import type { Secret } from '../core/secret.ts'
import type { DeleteOptions, Reference, Writer } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { deleteField } from '../resolve/merge.ts'
import { retry } from '../resolve/retry.ts'
import { updateSecret } from '../resolve/write.ts'
import type { Flag, FlagValues } from './flags.ts'
import { confirm } from './prompt.ts'
import { deadlineOf, parseOnly, VERB_FLAGS, withWriter, YES_FLAG } from './verbs.ts'

const DELETE_FLAGS: readonly Flag[] = [
  {
    name: 'destroy',
    type: 'boolean',
    default: false,
    describe: 'For good, where the store would keep it for a while',
  },
  { name: 'recover', type: 'boolean', default: false, describe: 'Take a deletion back' },
]

export const flags = [...DELETE_FLAGS, YES_FLAG, ...VERB_FLAGS]

/** Deletes one secret, or one field of it; asks before. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const reference = parseOnly(words, 'delete')
  const options = { destroy: Boolean(values.destroy), recover: Boolean(values.recover) }
  checkOptions(reference, options)
  protectProcess()
  await withWriter(reference.id, async writer => {
    const verb = options.destroy ? 'destroy' : 'delete'
    if (!options.recover && !values.yes && !(await confirm(`${verb} ${reference.raw}?`))) {
      log('warn', 'nothing was deleted')
      process.exitCode = 1
      return
    }
    await run(writer, reference, options, deadlineOf(values))
    writeAll(1, `${reference.raw} ${options.recover ? 'recovered' : `${verb.replace(/e?$/, 'ed')}`}\n`)
  })
}

function checkOptions({ key, raw }: Reference, { destroy, recover }: DeleteOptions): void {
  if (destroy && recover) throw new SecwrapError('BAD_USAGE', '--destroy and --recover exclude each other')
  if (!key || (!destroy && !recover)) return
  throw new SecwrapError('BAD_USAGE', `${raw} is a field: a store destroys and recovers whole secrets`, {
    ref: raw,
  })
}

async function run(
  writer: Writer,
  { id, key, raw }: Reference,
  options: DeleteOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!key) return retry(() => writer.delete(id, options, signal), signal)
  const change = (before: Secret | undefined) => before && withoutField(before, key, raw)
  await updateSecret(writer, id, change, {}, signal)
}

function withoutField(before: Secret, key: readonly string[], raw: string): Secret {
  const after = deleteField(before, key, raw)
  if (after) return after
  throw new SecwrapError('NOT_FOUND', `${raw}: the secret has no field ${key.join('.')}`, { ref: raw })
}
