import { expect, test } from '@jest/globals'
import { parsePair } from '../../../src/render/pairs.ts'

test.each([
  ['a:b', 'a', 'b'],
  ['./in/:/out', './in/', '/out'],
  ['-:out', '-', 'out'],
  ['a\\:b:c\\:d\\:e', 'a:b', 'c:d:e'],
])('%s', (word, source, target) => {
  expect(parsePair(word)).toEqual({ source, target })
})

test.each(['', ':', 'a', 'a:', ':b', 'a:b:c', 'a\\:b', '::'])('%j is refused', word => {
  expect(() => parsePair(word)).toThrow(`${word} is not SOURCE:TARGET`)
})
