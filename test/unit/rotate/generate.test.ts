import { afterEach, expect, jest, test } from '@jest/globals'
import { ALPHABETS, generateText, MOST_CHARACTERS, parseAlphabet } from '../../../src/rotate/generate.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

test.each(Object.keys(ALPHABETS))('%s: of the length asked for, of its own characters only', name => {
  const alphabet = parseAlphabet(name)
  const text = generateText(1_000, alphabet)
  expect(text).toHaveLength(1_000)
  expect([...text].filter(character => !alphabet.includes(character))).toEqual([])
})

test('characters of its own, each counted once, beyond one code unit too', () => {
  expect(parseAlphabet('abca')).toBe('abc')
  expect([...generateText(50, parseAlphabet('é😀'))]).toHaveLength(50)
})

test('every character comes up, each about as often', () => {
  const counts = new Map<string, number>()
  for (const character of generateText(4_000, 'abcdefgh')) {
    counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  // 500 expected, 21 the standard deviation: eight of them either way.
  expect([...counts.values()].every(count => count > 330 && count < 670)).toBe(true)
  expect(counts.size).toBe(8)
})

test('what would make the first characters likelier is drawn again', () => {
  const drawn = [2 ** 32 - 1, 4]
  jest.spyOn(crypto, 'getRandomValues').mockImplementation(array => {
    ;(array as unknown as Uint32Array)[0] = drawn.shift() ?? 0
    return array
  })
  // 2^32 - 1 is the one number above the last multiple of 3 (and of 5, and of 15).
  expect(generateText(1, 'abc')).toBe('b')
  expect(drawn).toEqual([])
})

test.each([0, -1, 1.5, Number.NaN, MOST_CHARACTERS + 1])('a length of %s is refused', length => {
  expect(() => generateText(length, 'abc')).toThrow(expect.objectContaining({ code: 'BAD_USAGE' }))
})

test.each([
  ['one character', 'aaaa'],
  ['nothing', ''],
  ['half a character', 'ab\ud800'],
  ['a name that is nearly one of ours', 'alphanumric'],
])('as an alphabet %s is refused, and not repeated', (_, text) => {
  const error = (() => {
    try {
      return parseAlphabet(text)
    } catch (reason) {
      return reason as Error
    }
  })()
  expect(error).toMatchObject({ code: 'BAD_USAGE' })
  if (text) expect((error as Error).message).not.toContain(text)
})
