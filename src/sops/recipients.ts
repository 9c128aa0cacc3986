import { SecwrapError } from '../core/errors.ts'
import { recipientOf } from './age.ts'
import type { SealSettings } from './create.ts'
import { type CreationRule, findCreationRule } from './creation-rules.ts'
import { findKeys, type KeySurroundings } from './keys.ts'

/**
 * For whom a new file is sealed: SOPS_AGE_RECIPIENTS, else as the nearest `.sops.yaml` above it says, else
 * whoever makes it.
 *
 * @param path - absolute.
 * @param readConfig - undefined where there is no such file.
 * @throws SecwrapError BAD_CONFIG where there is nobody, and as findCreationRule does.
 */
export async function findSealSettings(
  path: string,
  surroundings: KeySurroundings,
  readConfig: (path: string) => string | undefined,
): Promise<SealSettings> {
  const given = splitList(surroundings.env.SOPS_AGE_RECIPIENTS)
  const rule = await findRule(path, readConfig).catch((error: unknown) => {
    if (given.length === 0) throw error
    return undefined
  })
  const own = () => findOwn(surroundings)
  const recipients = given.length > 0 ? given : rule?.recipients.length ? rule.recipients : await own()
  if (recipients.length > 0) return { ...rule, recipients }
  throw new SecwrapError('BAD_CONFIG', 'does not exist, and there is nobody to seal it for', {
    hint: 'SOPS_AGE_RECIPIENTS=age1…',
  })
}

async function findRule(
  path: string,
  readConfig: (path: string) => string | undefined,
): Promise<CreationRule | undefined> {
  for (let at = path.lastIndexOf('/'); at >= 0; at = at > 0 ? path.lastIndexOf('/', at - 1) : -1) {
    const config = readConfig(`${path.slice(0, at)}/.sops.yaml`)
    if (config !== undefined) return findCreationRule(config, path.slice(at + 1))
  }
  return undefined
}

/** The recipients of the identities in the first place that has any. */
async function findOwn(surroundings: KeySurroundings): Promise<readonly string[]> {
  for await (const { identities } of findKeys([], surroundings)) {
    const recipients = await Promise.all(identities.map(recipientOf))
    const known = recipients.filter(recipient => recipient !== undefined)
    if (known.length > 0) return [...new Set(known)]
  }
  return []
}

function splitList(text = ''): readonly string[] {
  return text
    .split(',')
    .map(recipient => recipient.trim())
    .filter(Boolean)
}
