import { expect, test } from '@jest/globals'
import { generateHybridIdentity, generateX25519Identity } from 'age-encryption'
import { decodeBech32 } from '../../../src/sops/bech32.ts'
import { readIdentities } from '../../../src/sops/identities.ts'
import { defaultKeyFile } from '../../../src/sops/keys.ts'

const A = await generateX25519Identity()
const B = await generateHybridIdentity()

test.each([
  ['one', A, [A]],
  ['comments, blank lines, Windows line ends', `# age1public\r\n\r\n${A}\r\n# ${B}\r\n`, [A]],
  ['several on several lines', `${A}\n${B}\n`, [A, B]],
  ['several on one line', `  ${A}\t${B} `, [A, B]],
])('%s', (_, text, identities) => {
  expect(readIdentities(text)).toEqual({ identities })
})

test.each([
  ['', 'no age identity in it'],
  [`${A}\nhunter2-hunter2\n`, 'line 2 is not an age identity'],
  [`age1recipient\n${A}`, 'line 1 is not an age identity'],
  [A.toLowerCase(), 'line 1 is not an age identity'],
  [`# mine\n${A.slice(0, -1)}${A.endsWith('Q') ? 'P' : 'Q'}`, 'line 2 has a wrong letter'],
])('a problem is told without the words: %#', (text, problem) => {
  expect(readIdentities(text).problem).toBe(problem)
})

test('every wrong letter in a key is noticed', () => {
  for (let index = 'AGE-SECRET-KEY-1'.length; index < A.length; index++) {
    const wrong = A.slice(0, index) + (A[index] === 'Q' ? 'P' : 'Q') + A.slice(index + 1)
    expect([index, decodeBech32(wrong)]).toEqual([index, undefined])
  }
  expect(decodeBech32(A)?.length).toBe(32)
})

test.each([
  ['linux', { HOME: '/home/app' }, '/home/app/.config/sops/age/keys.txt'],
  ['linux', { HOME: '/home/app', XDG_CONFIG_HOME: '/etc/app' }, '/etc/app/sops/age/keys.txt'],
  ['linux', { HOME: '/home/app', XDG_CONFIG_HOME: '' }, '/home/app/.config/sops/age/keys.txt'],
  ['darwin', { HOME: '/Users/app' }, '/Users/app/Library/Application Support/sops/age/keys.txt'],
  ['darwin', { HOME: '/Users/app', XDG_CONFIG_HOME: '/x' }, '/x/sops/age/keys.txt'],
  ['linux', {}, undefined],
])('the default key file on %s with %j', (platform, env, path) => {
  expect(defaultKeyFile(env, platform)).toBe(path)
})
