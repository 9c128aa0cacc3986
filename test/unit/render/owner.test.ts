import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parseOwner } from '../../../src/render/owner.ts'

test.each([
  ['0', { uid: 0 }],
  ['1234:5678', { uid: 1234, gid: 5678 }],
  [':42', { gid: 42 }],
  ['root', { uid: 0 }],
  ['root:root', { uid: 0, gid: 0 }],
  ['7:', { uid: 7 }],
  ['4294967294', { uid: 4_294_967_294 }],
])('%s', (text, owner) => {
  expect(parseOwner(text)).toEqual(owner)
})

test('every name of the machine has the number of its line', () => {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n').filter(Boolean)) {
    const [name = '', , uid] = line.split(':')
    expect(parseOwner(name)).toEqual({ uid: Number(uid) })
  }
})

test.each([
  ['', '--owner takes'],
  [':', '--owner takes'],
  ['a:b:c', '--owner takes'],
  ['nosuch', 'there is no user nosuch'],
  ['0:nosuch', 'there is no group nosuch'],
  ['roo', 'there is no user roo'],
  ['-1', 'there is no user -1'],
  ['1.5', 'there is no user 1.5'],
  ['4294967295', 'there is no user 4294967295'], // to chown(2) it is "leave it"
  ['99999999999', 'there is no user'],
])('%j is refused', (text, message) => {
  expect(() => parseOwner(text)).toThrow(message)
})
