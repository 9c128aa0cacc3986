import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import type { Secret } from '../core/secret.ts'
import type { SecretId, Version } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { Providers } from '../resolve/open.ts'
import { retry } from '../resolve/retry.ts'
import { writeOver } from '../resolve/write.ts'
import { atVersion } from '../template/reference.ts'
import type { Flag, FlagValues } from './flags.ts'
import { flatten } from './table.ts'
import { createContext, deadlineOf, JSON_FLAG, parseOnly, VERB_FLAGS, withWriter } from './verbs.ts'

const TO_FLAG: Flag = {
  name: 'to',
  type: 'string',
  argument: 'VERSION',
  describe: 'The version or label to go back to, as secwrap history shows it',
}

export const flags = [TO_FLAG, JSON_FLAG, ...VERB_FLAGS]

/** Writes the value of an old version as a new one. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const { id, key, raw } = parseOnly(words, 'rollback')
  if (values.to === undefined) {
    throw new SecwrapError('BAD_USAGE', 'rollback needs the version to go back to', {
      hint: `secwrap history ${id.uri}`,
    })
  }
  if (key || id.version !== undefined) {
    throw new SecwrapError('BAD_USAGE', `${raw}: rollback takes a whole secret, and its version by --to`, {
      ref: raw,
    })
  }
  protectProcess()
  const signal = deadlineOf(values)
  await withWriter(id, async writer => {
    const versions = await retry(() => writer.history(id, signal), signal)
    const [newest] = versions
    const old = findVersion(versions, String(values.to), id)
    const isNewest = old.id === newest?.id
    const version = isNewest
      ? old
      : await writeOver(writer, id, await readVersion(id, old.id, signal), newest?.id, signal)
    print(raw, version, old, Boolean(values.json))
  })
}

/** @throws SecwrapError NOT_FOUND where there is no such version, or its value is gone. */
function findVersion(versions: readonly Version[], to: string, { uri }: SecretId): Version {
  const found = versions.find(({ id }) => id === to) ?? versions.find(({ labels }) => labels?.includes(to))
  const isGone = found?.state === 'deleted' || found?.state === 'destroyed'
  if (found && !isGone) return found
  const fact = found ? `version ${found.id} is ${found.state}` : 'there is no such version'
  throw new SecwrapError('NOT_FOUND', `${uri}: ${fact}`, { ref: uri, hint: `secwrap history ${uri}` })
}

async function readVersion(id: SecretId, version: string, signal: AbortSignal): Promise<Secret> {
  const providers = new Providers(createContext())
  const pinned = atVersion(id, version)
  try {
    const provider = await providers.open(pinned)
    const secret = (await retry(() => provider.read([pinned], signal), signal)).get(pinned)
    if (secret instanceof SecwrapError) throw secret
    if (secret) return secret
    throw new SecwrapError('NOT_FOUND', `${pinned.uri} does not exist`, { ref: pinned.uri })
  } finally {
    await providers.close()
  }
}

function print(raw: string, version: Version, old: Version, json: boolean): void {
  const changed = version.id !== old.id
  if (json) writeAll(1, `${JSON.stringify({ reference: raw, version: version.id, changed }, null, 2)}\n`)
  else if (changed)
    writeAll(1, `${raw} version ${flatten(version.id)}, with the value of version ${flatten(old.id)}\n`)
  else writeAll(1, `${raw} unchanged, version ${flatten(version.id)} is the newest\n`)
}
