import { expect, test } from '@jest/globals'
import { findShellSyntax, splitWords } from '../../../src/core/words.ts'

test.each([
  ['op read op://vault/key', ['op', 'read', 'op://vault/key']],
  [`sh -c 'echo "$X" | cat'`, ['sh', '-c', 'echo "$X" | cat']],
  ['a "b \\"c\\" \\d" e\\ f', ['a', 'b "c" \\d', 'e f']],
  [`pass'word'"s" ''`, ['passwords', '']],
  ['  ', []],
])('the words of %j', (command, words) => {
  expect(splitWords(command)).toEqual(words)
})

test.each([`a 'b`, 'a "b', 'a\\'])('%j does not end', command => {
  expect(splitWords(command)).toBeUndefined()
})

test.each([
  // a command line                      what only a shell would do
  ['nginx -s reload', undefined],
  [`sh -c 'echo "$X" | cat; kill $(cat f)'`, undefined],
  ['echo "a | b" c\\|d', undefined],
  ['curl -s localhost:80/reload?x=1', undefined],
  ['echo 5$ $', undefined],
  ['a && b', '&&'],
  ['a || b', '||'],
  ['a | b', '|'],
  ['a > f', '>'],
  ['a; b', ';'],
  ['a &', '&'],
  ['kill $(cat f)', '$('],
  ['echo "$(id)"', '$('],
  ['echo $HOME', '$H'],
  ['echo "${HOME}"', '${'],
  ['echo `id`', '`'],
])('what of %j takes a shell: %s', (command, syntax) => {
  expect(findShellSyntax(command)).toBe(syntax)
})
