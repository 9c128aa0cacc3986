import type { Listed, SecretId, Writer } from '../core/types.ts'
import type { Patience } from './patience.ts'
import { retry } from './retry.ts'

/** Every secret below a path, as the store sends them; a page that fails is asked for again. */
export async function* listSecrets(
  writer: Writer,
  prefix: SecretId,
  patience: Patience,
): AsyncIterable<Listed> {
  const rows = writer.list(prefix, patience.signal)[Symbol.asyncIterator]()
  for (;;) {
    const row = await retry(() => rows.next(), patience.signal)
    if (row.done) return
    patience.renew()
    yield row.value
  }
}
