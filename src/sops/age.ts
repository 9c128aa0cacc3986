import { armor, Decrypter, identityToRecipient } from 'age-encryption'

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
