/** docs/errors.md and the sources have the same messages, each under its code. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { EXIT_CODES } from '../../../src/core/errors.ts'
import { findMessages, isWordless, type Message } from '../../helpers/messages.ts'
import { Program } from '../../helpers/program.ts'
import { parseModule, parseModules } from '../../helpers/syntax-tree.ts'

const root = `${import.meta.dirname}/../../..`
const page = readFileSync(`${root}/docs/errors.md`, 'utf8')

/** `section: message`, for every code in the first column of a table. */
function listMessagesOf(text: string): string[] {
  return text.split(/^## /m).flatMap(section => {
    const title = /^\w+/.exec(section)?.[0] ?? ''
    const cells = section.split('\n').map(line => /^\| (`.*?`) \| /.exec(line)?.[1] ?? '')
    return cells.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, told = '']) => `${title}: ${told}`))
  })
}

/** What to do so that the page has exactly the sources' messages; nothing where it has. */
function compare(messages: readonly Message[], text: string): string[] {
  const told = listMessagesOf(text)
  const said = messages.map(message => ({ ...message, line: `${sectionOf(message.code)}: ${message.text}` }))
  const missing = said.filter(({ line }) => !told.includes(line))
  const stale = told.filter(line => !said.some(message => message.line === line))
  return [
    ...missing.map(
      ({ code, text: fact, file }) =>
        `docs/errors.md: in "## ${sectionOf(code)}" add the line | \`${fact}\` | why, and what to do | (${file})`,
    ),
    ...stale.map(line => `docs/errors.md: remove what no source says: ${line}`),
    ...repeated(told).map(line => `docs/errors.md: has ${line} twice`),
  ]
}

function sectionOf(code: string): string {
  return code === 'WARNING' ? 'Warnings' : code
}

function repeated(lines: readonly string[]): string[] {
  return lines.filter((line, index) => lines.indexOf(line) !== index)
}

/** Of bin/secwrap.js, which is a shell script first. */
function listMessagesOfEntry(): Message[] {
  const text = readFileSync(`${root}/bin/secwrap.js`, 'utf8')
  const found = [...text.matchAll(/secwrap_fail (["'])(.+?)\1|secwrap: error: ([^%[\n]+) \[BAD_CONFIG\]/g)]
  const facts = found.map(([, , inShell, inNode]) => inShell ?? inNode ?? '')
  const withGaps = facts.map(fact => fact.replace(/\$\{[^}]+\}|\$\w+/g, '…'))
  return withGaps.map(fact => ({ code: 'BAD_CONFIG', text: fact, file: 'bin/secwrap.js' }))
}

const all = findMessages(new Program(parseModules(`${root}/src`)))
const worded = all.filter(message => !isWordless(message))

test('there is something to look at', () => {
  expect(worded.length).toBeGreaterThan(300)
  expect(listMessagesOfEntry()).toHaveLength(3)
})

test('docs/errors.md has every message of the sources, and no other', () => {
  expect(compare([...worded, ...listMessagesOfEntry()], page)).toEqual([])
})

test('every code has its section with its number', () => {
  for (const [code, number] of Object.entries(EXIT_CODES)) expect(page).toContain(`\n## ${code}: ${number}\n`)
})

test('no message hides its words from this test', () => {
  const errors = all.filter(message => isWordless(message) && message.code !== 'WARNING')
  expect([...new Set(errors.map(({ file }) => file))].sort()).toEqual([
    'commands/init/seal.ts', // the same, with the file
    'core/errors.ts', // the same, with a place
    'environment/evaluate.ts', // ${reference:?the template's own text}
    'environment/imports.ts', // the same, with a name
    'main.ts', // prints what was thrown
    'providers/azure/client.ts', // the same, with another hint
    'providers/sops-writer.ts', // the same, with the file
    'providers/sops/sealed-file.ts', // the same, with the file
    'providers/vault/client.ts', // the same, with another hint
    'template/expand.ts', // ${NAME:?the template's own text}
  ])
})

/** Names of products keep their capitals. */
const PRODUCTS = /^(GitHub|Parameter Store|Secrets Manager|Key Vault)\b/

test('messages are lower case, one line, and have no full stop', () => {
  const odd = worded.filter(
    ({ text }) =>
      /[.!\n]$|\n|\s\s|can not|(?<!there )\bis no\b/.test(text) ||
      /^[A-Z][a-z]+ /.test(text.replace(PRODUCTS, '')),
  )
  expect(odd.map(({ text }) => text)).toEqual([])
})

describe('the search itself', () => {
  const find = (code: string, ...others: string[]) => {
    const modules = [code, ...others].map((text, index) => parseModule(`${'abc'[index]}.ts`, text))
    return findMessages(new Program(modules)).map(message => `${message.code}: ${message.text}`)
  }

  test.each<[string, string, string[]]>([
    ['a text', `throw new SecwrapError('DENIED', 'no token is set')`, ['DENIED: no token is set']],
    ['what a run puts in', 'new SecwrapError("DENIED", `no token in ${file}`)', ['DENIED: no token in …']],
    ['a reference in front', 'new SecwrapError("DENIED", `${uri}: no token`)', ['DENIED: no token']],
    [
      'one of two facts',
      'new SecwrapError("DENIED", `the token is ${old ? "long expired" : "not known"}`)',
      ['DENIED: the token is long expired', 'DENIED: the token is not known'],
    ],
    [
      'a function around it',
      'function bad(fact) { return new SecwrapError("DENIED", `it ${fact}`) }; bad("is old now"); bad("is not there")',
      ['DENIED: it is old now', 'DENIED: it is not there'],
    ],
    [
      'each code with its own fact',
      'const bad = (code, fact) => new SecwrapError(code, fact); bad("DENIED", "is old"); bad("BUG", "is odd")',
      ['DENIED: is old', 'BUG: is odd'],
    ],
    [
      'a table',
      `const FACTS = { a: ['DENIED', 'is old'], b: ['BUG', 'is odd'] }
       function f(key) { const [code, fact] = FACTS[key]; return new SecwrapError(code, fact) }`,
      ['DENIED: is old', 'BUG: is odd'],
    ],
    [
      'a function that makes functions',
      'function bad(code, fact) { return () => new SecwrapError(code, fact) }; bad("DENIED", "is old"); bad("BUG", "is odd")',
      ['DENIED: is old', 'BUG: is odd'],
    ],
    [
      'a warning, and a list of them',
      `for (const text of [...list()]) context.warn(text)
       function list() { return ['this is odd'] }`,
      ['WARNING: this is odd'],
    ],
  ])('finds %s', (_, code, expected) => {
    expect(find(code)).toEqual(expected)
  })

  test('follows a function into another file', () => {
    const a = `import { bad } from './b.ts'\nbad('is old')`
    const b = `export function bad(fact) { return new SecwrapError('DENIED', fact) }`
    expect(find(a, b)).toEqual(['DENIED: is old'])
  })

  test('tells the line to add and the line to remove', () => {
    const text = '## DENIED: 77\n\n| message | why |\n| --- | --- |\n| `is old`<br>`is new` | x |\n'
    expect(compare([{ code: 'DENIED', text: 'is odd', file: 'a.ts' }], text)).toEqual([
      'docs/errors.md: in "## DENIED" add the line | `is odd` | why, and what to do | (a.ts)',
      'docs/errors.md: remove what no source says: DENIED: is old',
      'docs/errors.md: remove what no source says: DENIED: is new',
    ])
    const message = (fact: string) => ({ code: 'DENIED', text: fact, file: 'a.ts' })
    expect(compare([message('is old'), message('is new')], text)).toEqual([])
  })
})
