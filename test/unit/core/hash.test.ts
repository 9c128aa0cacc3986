import { expect, test } from '@jest/globals'
import { hmacSha256, hmacSha256Hex, sha256Hex } from '../../../src/core/hash.ts'

test.each([
  // FIPS 180-4, "abc" and the empty message
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])('sha256Hex(%j)', (text, digest) => {
  expect(sha256Hex(text)).toBe(digest)
  expect(sha256Hex(new TextEncoder().encode(text))).toBe(digest)
})

test('hmacSha256 is that of RFC 4231, test case 2', () => {
  const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe(digest)
  expect(Buffer.from(hmacSha256('Jefe', 'what do ya want for nothing?')).toString('hex')).toBe(digest)
})
