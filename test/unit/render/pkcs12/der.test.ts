import { expect, test } from '@jest/globals'
import {
  bmpString,
  explicit,
  implicitOctets,
  integer,
  NULL,
  objectId,
  octets,
  sequence,
  setOf,
} from '../../../../src/render/pkcs12/der.ts'

const hex = (der: Uint8Array) => Buffer.from(der).toString('hex')

test.each([
  // written by hand after X.690
  ['zero', integer(0), '020100'],
  ['the largest of one byte', integer(127), '02017f'],
  ['one that would look negative', integer(128), '02020080'],
  ['10,000', integer(10_000), '02022710'],
  ['the largest', integer(0x7fff_ffff), '02047fffffff'],
  ['an object id', objectId('1.2.840.113549.1.7.1'), '06092a864886f70d010701'],
  ['one with a large first part', objectId('2.16.840.1'), '060460864801'],
  ['null', NULL, '0500'],
  ['text', bmpString('Aü'), '1e04004100fc'],
  ['text beyond the first plane', bmpString('😀'), '1e04d83dde00'],
  ['a sequence', sequence(integer(1), NULL), '30050201010500'],
  ['an empty sequence', sequence(), '3000'],
  ['a set, in order', setOf(octets(Uint8Array.of(2)), octets(Uint8Array.of(1))), '3106040101040102'],
  ['a tag of its own', explicit(0, NULL), 'a0020500'],
  ['octets under a tag', implicitOctets(0, Uint8Array.of(7)), '800107'],
])('%s', (_, der, expected) => {
  expect(hex(der)).toBe(expected)
})

test.each([
  [0x7f, '047f'],
  [0x80, '048180'],
  [0xff, '0481ff'],
  [0x100, '04820100'],
  [0x1_0000, '0483010000'],
])('a length of %i', (length, head) => {
  const der = octets(new Uint8Array(length))
  expect([hex(der.subarray(0, head.length / 2)), der.length]).toEqual([head, length + head.length / 2])
})
