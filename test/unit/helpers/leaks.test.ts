import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { findLeaks } from '../../helpers/leaks.ts'

const value = 'p@ss "wörd"\n& <tail>+/=?'

test.each([
  ['plain', `error: ${value}!`],
  ['JSON', JSON.stringify({ message: value })],
  ['JSON', JSON.stringify({ a: { b: [`x${value}x`] } })],
  ['JSON in JSON', JSON.stringify({ inner: JSON.stringify({ value }) })],
  ['URL', `https://host/?q=${encodeURIComponent(value)}&x=1`],
  ['form', `a=1&${new URLSearchParams({ value })}`],
  ['HTML', '<b>p@ss &quot;wörd&quot;\n&amp; &lt;tail>+/=?</b>'],
  ['hex', Buffer.from(`{${value}}`).toString('hex')],
  ['HEX', Buffer.from(`{${value}}`).toString('hex').toUpperCase()],
  ['reversed', [...value].reverse().join('')],
  ['base64+0', Buffer.from(`abc${value}`).toString('base64')],
  ['base64+1', Buffer.from(`abcd${value}!`).toString('base64')],
  ['base64+2', Buffer.from(`ab${value}?!`).toString('base64')],
  ['base64url+1', Buffer.from(`a${value}--`).toString('base64url')],
])('finds %s', (encoding, output) => {
  expect(findLeaks([value], output)).toContain(`${encoding} of value 1`)
})

test.each([
  ['bytes of a core file', Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(value), Buffer.from([0])])],
  ['the second of two values', `only ${value}`],
])('finds it in %s', (_, output) => {
  expect(findLeaks(['another-value', value], output)).toContain('plain of value 2')
})

test.each([
  ['nothing', ''],
  ['a part of it', value.slice(0, -3)],
  ['something else', 'secwrap: error: vault at http://127.0.0.1 refused it [DENIED]'],
  ['what no search can see', gzipSync(value).toString('latin1')],
])('finds no value in %s', (_, output) => {
  expect(findLeaks([value], output)).toEqual([])
})

test('tells nothing of the value itself', () => {
  expect(findLeaks([value], value).join()).not.toContain('p@ss')
})

test('refuses a value that would be found by chance', () => {
  expect(() => findLeaks(['root'], 'x')).toThrow(RangeError)
})
