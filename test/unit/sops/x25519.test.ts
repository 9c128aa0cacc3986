/** Our quick way through the one common form of an age file, against age-encryption. */
import { expect, test } from '@jest/globals'
import { armor, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { unwrapDataKey } from '../../../src/sops/age.ts'
import { openX25519File, readX25519File } from '../../../src/sops/x25519.ts'

const identity = await generateIdentity()
const recipient = await identityToRecipient(identity)
const other = await generateIdentity()

async function sealFor(recipients: readonly string[], content: Uint8Array): Promise<string> {
  const encrypter = new Encrypter()
  for (const one of recipients) encrypter.addRecipient(one)
  return armor.encode(await encrypter.encrypt(content))
}

async function openQuickly(armored: string, key: string): Promise<Uint8Array | undefined> {
  const file = readX25519File(armored)
  return file && openX25519File(file, key)
}

const dataKey = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('opens what age-encryption seals, and for nobody else', async () => {
  await fc.assert(
    fc.asyncProperty(dataKey, async content => {
      const armored = await sealFor([recipient], content)
      expect(await openQuickly(armored, identity)).toEqual(new Uint8Array(content))
      expect(await openQuickly(armored, other)).toBeUndefined()
    }),
    { numRuns: 20 },
  )
})

test('a changed file opens for neither', async () => {
  const bytes = armor.decode(await sealFor([recipient], new Uint8Array(32).fill(7)))
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(change, async ([index, difference]) => {
      const changed = armor.encode(bytes.with(index, (bytes[index] ?? 0) ^ difference))
      expect([await openQuickly(changed, identity), await unwrapDataKey(changed, identity)]).toEqual([
        undefined,
        undefined,
      ])
    }),
    { numRuns: 200 },
  )
})

test('a point of low order is refused', async () => {
  const file = readX25519File(await sealFor([recipient], new Uint8Array(32)))
  if (!file) throw new Error('not read')
  const points = [new Uint8Array(32), new Uint8Array(32).with(0, 1)]
  for (const share of points) expect(await openX25519File({ ...file, share }, identity)).toBeUndefined()
})

test('every other form is left to age-encryption', async () => {
  const [key, passphrase] = [new Uint8Array(32), new Encrypter()]
  passphrase.setScryptWorkFactor(2)
  passphrase.setPassphrase('correct horse')
  const forms = [
    await sealFor([recipient, recipient], key),
    await sealFor([recipient], new Uint8Array(33)),
    await sealFor([recipient], new Uint8Array(16)),
    armor.encode(await passphrase.encrypt(key)),
    (await sealFor([recipient], key)).replace('BEGIN AGE', 'BEGIN PGP'),
    (await sealFor([recipient], key)).slice(0, -60),
    '',
  ]
  expect(forms.map(readX25519File)).toEqual(forms.map(() => undefined))
})
