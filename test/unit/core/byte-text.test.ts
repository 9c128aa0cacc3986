import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToText, textToBytes } from '../../../src/core/byte-text.ts'

test('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(Buffer.from(textToBytes(bytesToText(bytes)))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('bytes between texts come back, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 50 }), (text, bytes) => {
      const expected = Buffer.concat([Buffer.from(text), bytes, Buffer.from(text)])
      expect(Buffer.from(textToBytes(text + bytesToText(bytes) + text))).toEqual(expected)
    }),
  )
})

test.each(['', 'ASCII', 'ü \u{1f511} \ufeff'])('text is what UTF-8 says: %j', text => {
  expect(bytesToText(Buffer.from(text))).toBe(text)
  expect(Buffer.from(textToBytes(text))).toEqual(Buffer.from(text))
})
