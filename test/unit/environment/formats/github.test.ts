import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { writeMasks } from '../../../../src/environment/formats/github.ts'
import { readMasks } from '../../../helpers/github-runner.ts'

test.each([
  ['nothing', [], ''],
  ['empty and blank values', ['', ' \t', '\n\r\n'], ''],
  ['one line', ['a%0Ab'], '::add-mask::a%250Ab\n'],
  ['a value once', ['same', 'same'], '::add-mask::same\n'],
  ['several lines', ['  a\r\n\n b'], '::add-mask::a%0D%0A%0A b\n::add-mask::a\n::add-mask::b\n'],
])('masks: %s', (_, values, text) => {
  expect(writeMasks(values)).toBe(text)
})

test('whatever a value is, it and each of its lines is masked, and no line is another command', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('\n', '\r', '%', '::', '::error::x'))),
      pieces => {
        const value = pieces.join('')
        const masks = readMasks(writeMasks([value]))
        const texts = [value, ...value.split(/[\r\n]/)].map(text => text.trim()).filter(Boolean)
        expect(new Set(masks)).toEqual(new Set(texts))
      },
    ),
  )
})
