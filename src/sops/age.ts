import { armor, Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'

/** What an age identity makes of a sealed data key; undefined where it is not sealed for that identity, or broken. */
export async function unwrapDataKey(
  sealedKey: string,
  identity: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    return new Uint8Array(await decrypter.decrypt(armor.decode(sealedKey)))
  } catch {
    return undefined
  }
}

/** The recipient that belongs to an identity; undefined where the identity has a typing error. */
export async function recipientOf(identity: string): Promise<string | undefined> {
  try {
    return await identityToRecipient(identity)
  } catch {
    return undefined
  }
}

/** Seals a data key for one recipient, armored. Undefined where the recipient is none that age itself knows. */
export async function sealDataKey(dataKey: Uint8Array, recipient: string): Promise<string | undefined> {
  try {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    return armor.encode(await encrypter.encrypt(dataKey))
  } catch {
    return undefined
  }
}

/** A new identity and its recipient. */
export async function createIdentity(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateIdentity()
  return { identity, recipient: await identityToRecipient(identity) }
}
