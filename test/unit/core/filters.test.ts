import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { applyFilters } from '../../../src/core/filters.ts'

test.each([
  // text, filter, result
  ["a b/ü?&=!'()*-_.~", 'urlencode', 'a%20b%2F%C3%BC%3F%26%3D%21%27%28%29%2A-_.~'],
  ['', 'urlencode', ''],
  ['ü\n', 'base64', 'w7wK'],
  ['w7wK', 'base64decode', 'ü\n'],
  ['', 'base64decode', ''],
  ['77u/eA==', 'base64decode', '\ufeffx'],
  ['a"b\\\n', 'json', '"a\\"b\\\\\\n"'],
  [' \t a b \n', 'trim', 'a b'],
  ['Äb', 'lower', 'äb'],
  ['äb', 'upper', 'ÄB'],
  ['ü', 'sha256', createHash('sha256').update('ü').digest('hex')],
])('%p | %s', (text, filter, result) => {
  expect(applyFilters(text, [filter])).toBe(result)
})

test('filters go from left to right', () => {
  expect(applyFilters(' a ', ['trim', 'upper', 'base64'])).toBe('QQ==')
})

test.each([
  ['without padding', 'w7w'],
  ['with white space', 'w7wK\n'],
  ['with the URL alphabet', '-_8='],
  ['with bits left over', 'w7x='],
  ['that is none', 'secret!!'],
  ['of bytes that are no text', '/w=='],
])('base64decode refuses base64 %s, and does not show it', (_, text) => {
  try {
    applyFilters(text, ['base64decode'])
    throw new Error('not refused')
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_VALUE' })
    expect(String(error)).not.toContain(text.trim())
  }
})

test('urlencode and base64 come back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const whole = text.toWellFormed()
      expect(decodeURIComponent(applyFilters(text, ['urlencode']))).toBe(whole)
      expect(applyFilters(whole, ['urlencode'])).toMatch(/^[A-Za-z0-9_.~%-]*$/)
      expect(applyFilters(whole, ['base64', 'base64decode'])).toBe(whole)
    }),
  )
})
