import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Finding, NONE, OrderedForms } from '../../../src/mask/ordered.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))

function find(texts: readonly string[], wraps: boolean, text: string, start = 0): Finding {
  const forms = new OrderedForms()
  for (const each of [...texts].sort()) forms.add({ bytes: bytesOf(each), wraps })
  return forms.find(bytesOf(text), start, text.length)
}

/** The same by comparing one form after the other. */
function findOneByOne(texts: readonly string[], wraps: boolean, text: string, start: number): Finding {
  const ends = texts.map(each => endOf(each, wraps, text, start))
  return { found: Math.max(NONE, ...ends.filter(Number.isFinite)), isOpen: ends.includes(Infinity) }
}

/** NONE where it is not there, Infinity where it may go on after the text. */
function endOf(form: string, wraps: boolean, text: string, start: number): number {
  let at = start
  for (const [index, character] of [...form].entries()) {
    if (wraps && index > 0) at += /^[\r\n]{0,2}/.exec(text.slice(at))?.[0].length ?? 0
    if (at === text.length) return Number.POSITIVE_INFINITY
    if (text[at++] !== character) return NONE
  }
  return at
}

// Few letters, so that most forms share their first ones with others, and with the text.
const words = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('a', 'b', '\xff'), minLength: 1, maxLength: 7 }),
  {
    minLength: 1,
    maxLength: 12,
  },
)
const texts = fc.string({
  unit: fc.constantFrom('a', 'a', 'b', 'b', '\xff', '\n', '\r'),
  minLength: 1,
  maxLength: 16,
})

describe.each([
  ['plain', false],
  ['in lines', true],
])('%s', (_, wraps) => {
  test('as if each form were compared by itself', () => {
    fc.assert(
      fc.property(words, texts, fc.nat({ max: 3 }), (forms, text, place) => {
        const start = Math.min(place, text.length - 1)
        expect(find(forms, wraps, text, start)).toEqual(findOneByOne(forms, wraps, text, start))
      }),
      { numRuns: 500 },
    )
  })
})

test.each([
  // forms                        text     found  isOpen
  [['abc'], 'abcd', 3, false],
  [['abc', 'abcde'], 'abcd', 3, true],
  [['abc', 'abcde'], 'abcx', 3, false],
  [['abd', 'abce', 'abf'], 'abf', 3, false],
  [['ab', 'abcd', 'ac'], 'ac', 2, false],
  [['ab', 'abcd'], 'b', NONE, false],
])('%j in %s', (forms, text, found, isOpen) => {
  expect(find(forms, false, text)).toEqual({ found, isOpen })
})

test('plain ones and such in lines side by side', () => {
  const forms = new OrderedForms()
  forms.add({ bytes: bytesOf('ab'), wraps: false })
  forms.add({ bytes: bytesOf('abcd'), wraps: true })
  expect(forms.find(bytesOf('ab\ncd'), 0, 5)).toEqual({ found: 5, isOpen: false })
  expect(forms.find(bytesOf('ab\ncx'), 0, 5)).toEqual({ found: 2, isOpen: false })
})
