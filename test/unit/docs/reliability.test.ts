/** The tests that docs/reliability.md and docs/security.md name exist, and so do the words that pick one of them. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const docs = `${import.meta.dirname}/../../../docs`

/** What is wrong with the lines of a page: a test file that is not there, or words that it does not have. */
function findWrong(page: string): readonly string[] {
  return page.split('\n').flatMap(line => {
    const files = [...line.matchAll(/\]\(\.\.\/(test\/[\w./-]+\.test\.ts)\)/g)].map(([, file = '']) => file)
    const typed = [...line.matchAll(/npm test -- (test\/[\w./-]+)/g)].map(([, file = '']) => file)
    const named = [...files, ...typed.map(file => (file.endsWith('.ts') ? file : `${file}.test.ts`))]
    const gone = named.filter(file => !existsSync(`${docs}/../${file}`))
    const texts = named
      .filter(file => !gone.includes(file))
      .map(file => readFileSync(`${docs}/../${file}`, 'utf8'))
    const words = [...line.matchAll(/-t '([^']+)'/g)].map(([, word = '']) => word)
    return [...gone, ...words.filter(word => named.length > 0 && !texts.some(text => text.includes(word)))]
  })
}

test.each(['reliability.md', 'security.md'])('%s', name => {
  const page = readFileSync(`${docs}/${name}`, 'utf8')
  expect(findWrong(page)).toEqual([])
  expect(page).toMatch(/-t '/)
})

test.each([
  ['| a | b | [x](../test/e2e/nosuch.test.ts) |', 'test/e2e/nosuch.test.ts'],
  ["| a | b | [x](../test/e2e/watch-leases.test.ts) `-t 'no such words'` |", 'no such words'],
  ["`npm test -- test/e2e/watch-process -t 'no such words'`", 'no such words'],
])('found: %s', (line, wrong) => {
  expect(findWrong(line)).toEqual([wrong])
})
