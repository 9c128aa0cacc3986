import { expect, test } from '@jest/globals'
import { cleanComment, tellingTexts, withoutTexts } from '../../../../src/commands/init/comments.ts'

test.each([
  ['prose', '# The port of the service, 3000 or so', '# The port of the service, 3000 or so'],
  ['a heading', '# --- Database ---', '# --- Database ---'],
  ['a link', '# https://docs.example.com/a/b?c=d#e', '# https://docs.example.com/a/b?c=d#e'],
  ['a setting that is commented out', '# LOG_LEVEL=debug # or info', '# LOG_LEVEL=debug # or info'],
  ['a secret that is', '# DB_PASSWORD=apple', '# DB_PASSWORD='],
  ['the same with export and blanks', '  ## export DB_PASSWORD = "apple" # old', '  ## export DB_PASSWORD ='],
  ['one that could be anything', '#SOMETHING=apple', '#SOMETHING='],
  ['a value that is sealed', '# as in ap-ple-77, but new', '# as in …, but new'],
  ['a line of one', '# two words: second line 2', '# two words: …'],
  ['nothing but one', '#ap-ple-77', '#…'],
  ['a URL with a password', '# was postgres://app:pear@db/app', '# was …'],
  ['what looks random', '# old: b7Kx92LmQz41TvWp!', '# old: …'],
  ['a key, line by line', '# MHcCAQEEIPl9Q7Zt0aW9rVdLkTnYb3sEfGhJk', '# …'],
])('%s', (_, comment, expected) => {
  expect(cleanComment(comment, tellingTexts(['ap-ple-77', 'first line\nsecond line 2', 'app']))).toBe(
    expected,
  )
})

test('short words and numbers tell nothing, as they stand in many places', () => {
  const values = [
    'postgres',
    '123456',
    'abc1',
    'hunter2',
    'correcthorsebattery',
    '-----BEGIN PRIVATE KEY-----',
  ]
  expect(tellingTexts(values)).toEqual(['correcthorsebattery', 'hunter2'])
})

test('of two texts the longer one goes first, so that nothing of it stays', () => {
  expect(withoutTexts('# pear-1-and-plum-2', tellingTexts(['pear-1', 'pear-1-and-plum-2']))).toBe('# …')
})
