import { SecwrapError } from '../core/errors.ts'
import type { KeyPlace } from './keys.ts'
import type { AgeKey, Metadata } from './metadata.ts'
import { broken } from './tree.ts'
import { openX25519File, readX25519File } from './x25519.ts'

/**
 * The key that every value of a file is sealed with, by the first age identity that opens it. 32 bytes.
 *
 * @throws SecwrapError BAD_CONFIG (sealed for keys of other kinds only), DENIED (no identity fits; the hint
 *   says where they were looked for), BAD_VALUE (the sealed data key was changed).
 */
export async function findDataKey(
  metadata: Metadata,
  places: AsyncIterable<KeyPlace>,
): Promise<Uint8Array<ArrayBuffer>> {
  checkKinds(metadata)
  const looked: KeyPlace[] = []
  for await (const place of places) {
    const dataKey = await tryPlace(place, metadata.ageKeys)
    if (dataKey) return dataKey
    looked.push(place)
  }
  throw await describeFailure(metadata.ageKeys, looked)
}

function checkKinds({ ageKeys, otherKeys, keyGroups }: Metadata): void {
  if (ageKeys.length > 0) return
  if (keyGroups > 0) {
    throw new SecwrapError(
      'BAD_CONFIG',
      `is sealed for ${keyGroups} key groups, which secwrap does not put together`,
    )
  }
  if (otherKeys.length === 0) throw broken('was changed or cut off: its sops metadata names no key')
  throw new SecwrapError(
    'BAD_CONFIG',
    `is sealed for ${otherKeys.join(', ')} only, and secwrap opens age keys`,
    {
      hint: 'sops rotate --in-place --add-age RECIPIENT FILE',
    },
  )
}

async function tryPlace(
  { identities }: KeyPlace,
  ageKeys: readonly AgeKey[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const identity of identities) {
    for (const { sealedKey } of ageKeys) {
      const dataKey = await unwrapDataKey(sealedKey, identity)
      if (dataKey?.length === DATA_KEY_BYTES) return dataKey
    }
  }
  return undefined
}

const DATA_KEY_BYTES = 32

async function unwrapDataKey(
  sealedKey: string,
  identity: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = identity.startsWith('AGE-SECRET-KEY-1') ? readX25519File(sealedKey) : undefined
  if (file) return openX25519File(file, identity)
  const { unwrapDataKey: unwrap } = await import('./age.ts')
  return unwrap(sealedKey, identity)
}

async function describeFailure(
  ageKeys: readonly AgeKey[],
  places: readonly KeyPlace[],
): Promise<SecwrapError> {
  const { recipientOf } = await import('./age.ts')
  const identities = places.flatMap(place => place.identities)
  const own = await Promise.all(identities.map(recipientOf))
  const meant = ageKeys.find(({ recipient }) => own.includes(recipient))
  if (meant) return broken(`was changed: the data key sealed for ${shorten(meant.recipient)} does not open`)
  const fact =
    identities.length === 0 ? 'no age identity was found' : `none of ${identities.length} age identities fits`
  const recipients = ageKeys.slice(0, 3).map(({ recipient }) => shorten(recipient))
  const more = ageKeys.length > recipients.length ? ` and ${ageKeys.length - recipients.length} more` : ''
  return new SecwrapError('DENIED', `is sealed for ${recipients.join(', ')}${more}: ${fact}`, {
    hint: `looked at ${places.map(({ name, problem }) => (problem ? `${name} (${problem})` : name)).join(', ')}`,
  })
}

// Recipients are public; what only stands in their place might not be.
function shorten(recipient: string): string {
  if (recipient.startsWith('ssh-')) return 'an SSH key'
  if (!/^age1[a-z0-9]+$/.test(recipient)) return 'an unknown recipient'
  return recipient.length > 70 ? `${recipient.slice(0, 20)}…` : recipient
}
