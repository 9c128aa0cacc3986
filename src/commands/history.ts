import { writeAll } from '../core/log.ts'
import type { Version } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { retry } from '../resolve/retry.ts'
import { ageOf } from './age.ts'
import type { FlagValues } from './flags.ts'
import { printTable } from './table.ts'
import { deadlineOf, JSON_FLAG, parseOnly, VERB_FLAGS, withWriter } from './verbs.ts'

export const flags = [JSON_FLAG, ...VERB_FLAGS]

/** The versions of one secret, newest first, and never a value. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const { id } = parseOnly(words, 'history')
  // Parameter Store sends the values along.
  protectProcess()
  await withWriter(id, async writer => {
    const signal = deadlineOf(values)
    const versions = await retry(() => writer.history(id, signal), signal)
    if (values.json) writeAll(1, `${JSON.stringify(versions.map(toJson), null, 2)}\n`)
    else printTable(versions.map(toRow), { json: false, color: Boolean(values.color) })
  })
}

function toRow({ id, state, createdAt, author = '', labels = [] }: Version): Record<string, string> {
  return { version: id, state, age: ageOf(createdAt), author, labels: labels.join(' ') }
}

function toJson({ id, state, createdAt, author, labels }: Version): object {
  return { version: id, state, createdAt, author, labels }
}
