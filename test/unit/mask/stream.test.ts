import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Form, listForms } from '../../../src/mask/forms.ts'
import { Matcher } from '../../../src/mask/matcher.ts'
import { MaskedStream } from '../../../src/mask/stream.ts'

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const plainForms = (...texts: string[]): Form[] => texts.map(text => ({ bytes: bytesOf(text), wraps: false }))

/** What comes out of the stream, chunk by chunk; the last one at its end. */
function pass(forms: readonly Form[], chunks: readonly Uint8Array[]): string[] {
  const stream = new MaskedStream(new Matcher(forms))
  const given = chunks.map(chunk => {
    const room = stream.room()
    room.set(chunk)
    return textOf(stream.take(chunk.length))
  })
  stream.room()
  return [...given, textOf(stream.finish())]
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** The same by looking at every byte of the whole text. */
function maskWhole(forms: readonly Form[], text: string): string {
  const until = new Map<number, number>()
  for (let start = 0; start < text.length; start++) {
    const ends = forms
      .map(({ bytes }) => textOf(bytes))
      .filter(form => text.startsWith(form, start))
      .map(form => start + form.length)
    if (ends.length > 0) until.set(start, Math.max(...ends))
  }
  let result = ''
  let end = -1
  for (let at = 0; at < text.length; at++) {
    const next = until.get(at)
    if (next !== undefined && at > end) result += '[masked]'
    if (next !== undefined) end = Math.max(end, next)
    if (at >= end) result += text[at]
  }
  return result
}

function cut(text: string, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map(each => each % (text.length + 1)).sort((a, b) => a - b), text.length]
  return places.slice(1).map((end, index) => bytesOf(text.slice(places[index], end)))
}

// Few letters, so that forms begin within forms, and text is nearly a form.
const letters = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', '\xff'), { minLength, maxLength }).map(each => each.join(''))
const cuts = fc.array(fc.nat(), { maxLength: 12 })

/** Nowhere like its beginning. */
function countTo(end: number): string {
  return Array.from({ length: end }, (_, index) => `${index}:`).join('')
}

test.each([1, 2, 3, 6, 9])(
  'forms of %i bytes and more: however it is cut, all of them are masked',
  shortest => {
    const forms = fc.array(letters(shortest, shortest + 8), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(forms, letters(0, 80), cuts, (texts, text, places) => {
        const wanted = plainForms(...texts)
        const whole = maskWhole(wanted, text)
        expect(pass(wanted, cut(text, places)).join('')).toBe(whole)
      }),
      { numRuns: 100 },
    )
  },
)

const anyText = fc.string({ unit: fc.constantFrom(...'abXY 01+/=%"\'\\\n\r$é'), maxLength: 60 })

test('no form of any value survives, and everything else does', () => {
  const values = fc.array(fc.string({ minLength: 6, maxLength: 30, unit: 'binary' }), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(values, anyText, cuts, fc.nat(), (texts, around, places, pick) => {
      const forms = listForms(texts.map(text => ({ text: text.toWellFormed(), isMarked: true })))
      const form = forms[pick % forms.length]?.bytes ?? new Uint8Array()
      const text = around + textOf(form) + around
      const result = pass(forms, cut(text, places)).join('')
      // Shorter than the mark, it may be a part of that.
      const long = forms.filter(({ bytes }) => bytes.length > 8)
      expect(long.filter(({ bytes }) => result.includes(textOf(bytes)))).toEqual([])
      expect(result).toContain('[masked]')
    }),
    { numRuns: 100 },
  )
})

test('a stream without any form comes out byte for byte', () => {
  const forms = listForms([{ text: 'hunter2-hunter2', isMarked: false }])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), cuts, (bytes, places) => {
      const text = textOf(bytes)
      expect(pass(forms, cut(text, places)).join('')).toBe(text)
    }),
  )
})

describe('across a border', () => {
  const value = 'correct horse battery'
  const text = `before ${value} after`

  test.each(Array.from({ length: text.length + 1 }, (_, place) => place))('after %i bytes', place => {
    expect(pass(plainForms(value), cut(text, [place])).join('')).toBe('before [masked] after')
  })

  test('byte by byte', () => {
    expect(pass(plainForms(value), [...text].map(bytesOf)).join('')).toBe('before [masked] after')
  })

  test('a long value, however often it nearly begins', () => {
    const value = `${'v'.repeat(20_000)}w`
    const forms = listForms([{ text: value, isMarked: false }])
    expect(pass(forms, cut(`<${value}>`, [6_000, 12_000, 18_000])).join('')).toBe('<[masked]>')
  })

  test('a value of more bytes than are read at once', () => {
    const value = countTo(40_000)
    const [nearly, chunks] = [`${value.slice(0, -1)}x`, [50_000, 100_000, 150_000]]
    expect(value.length).toBeGreaterThan(200_000)
    expect(pass(plainForms(value), cut(value, chunks)).join('')).toBe('[masked]')
    expect(pass(plainForms(value), cut(nearly, chunks)).join('')).toBe(nearly)
  })

  test('marks that take more bytes than all that was read', () => {
    const text = 'v.'.repeat(30_000)
    const result = pass(plainForms('v'), cut(text, [10_001])).join('')
    expect(result).toBe('[masked].'.repeat(30_000))
  })

  test.each([64, 76])('base64 of a long value, in lines of %i', width => {
    const value = countTo(700)
    const forms = listForms([{ text: value, isMarked: false }])
    for (const before of ['', 'x', 'xy', 'x'.repeat(width * 2), 'x'.repeat(width * 2 + 1)]) {
      const text = Buffer.from(`${before}${value}`).toString('base64')
      const lines = text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n')
      const shown = pass(forms, cut(lines, [1_000, 2_000]))
        .join('')
        .replaceAll('[masked]', '')
      const own = Buffer.from(before).toString('base64')
      expect(shown.replaceAll('\n', '').length).toBeLessThan(own.length + 9)
    }
  })
})

test.each([
  ['a prompt appears at once', ['Password: '], ['Password: ', '']],
  ['only what may be the beginning of a value waits', ['go hunt', 'ing'], ['go ', 'hunting', '']],
  ['and comes at the end, if it is none', ['hunter'], ['', 'hunter']],
  ['a value is masked as soon as it is whole', ['hunter2'], ['[masked]', '']],
  ['values side by side are one', ['hunter2hunter2', 'hunter2'], ['[masked]', '', '']],
  ['and two with something between', ['hunter2 hunter2'], ['[masked] [masked]', '']],
  ['values that overlap are one', ['hunter2345'], ['[masked]', '']],
  ['the longer one of two', ['hunter2-and-more'], ['[masked]', '']],
  ['the longer one of two, in pieces', ['hunter2-an', 'd-more!'], ['[masked]', '!', '']],
  ['what was nearly the longer one', ['hunter2-an', 'y'], ['[masked]', '-any', '']],
])('%s', (_, chunks, given) => {
  const forms = plainForms('hunter2', 'ter2345', 'hunter2-and-more')
  expect(pass(forms, chunks.map(bytesOf))).toEqual(given)
})

test.each([
  ['base64 in lines', true, 'aHVudG\nVyMi1wYXNz', '[masked]'],
  ['base64 in lines of other systems', true, 'aHVudGVyMi1w\r\nYXNz', '[masked]'],
  ['no empty lines', true, 'aHVudGVyMi1w\n\n\nYXNz', '[masked]VyMi1w\n\n\nYXNz'],
  ['nothing else', false, 'aHVudGVyMi1w\nYXNz', 'aHVudGVyMi1w\nYXNz'],
])('line ends within: %s', (_, wraps, text, result) => {
  const forms = [{ bytes: bytesOf('aHVudGVyMi1wYXNz'), wraps }, ...plainForms('aHVudG')].slice(
    0,
    wraps ? 2 : 1,
  )
  expect(pass(forms, [bytesOf(text)]).join('')).toBe(result)
})

test('the comparison finds a stream that forgets what came before', () => {
  const forms = plainForms('hunter2')
  const forgetful = ['hun', 'ter2'].map(chunk => pass(forms, [bytesOf(chunk)]).join('')).join('')
  expect(forgetful).not.toBe(maskWhole(forms, 'hunter2'))
})
