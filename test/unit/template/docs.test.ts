/** docs/template.md is true: its examples load, and its table of differences from dotenv is run row by row. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse as parseDotenv } from 'dotenv'
import { FILTERS } from '../../../src/core/filters.ts'
import { SCHEMES } from '../../../src/template/schemes.ts'
import { runTemplate } from '../../helpers/run-template.ts'

const page = readFileSync(`${import.meta.dirname}/../../../docs/template.md`, 'utf8')

/** The rows of the tables below a heading, as cells; `\|` is a bar. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`\n${heading}\n`)
  const [own = ''] = section.split(/\n## /)
  const lines = own.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| ---'))
  return lines.map(line =>
    line
      .slice(2, -2)
      .split(/ \| | \|(?= )/)
      .map(cell => cell.trim()),
  )
}

const codeOf = (cell = '') => /^`(.*)`$/.exec(cell)?.[1] ?? ''
const textOf = (cell: string) => codeOf(cell).replaceAll('⏎', '\n').replaceAll('<U+2028>', '\u2028')
const pairsOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(pair => pair.join('='))
    .join(', ')

const examples = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)

test.each(examples)('an example loads: %#', text => {
  const { template } = runTemplate(text, { inherited: { PORT: '1', HOME: '/' } })
  expect(template.problems).toEqual([])
  expect(template.entries.length).toBeGreaterThan(0)
})

const differences = rowsBelow('## Where it differs from dotenv').slice(1)
const secrets = {
  'vault://kv/app#key': 'secret',
  'vault://kv/data/app?api-path=true#key': 'secret',
  'ssm://arn:aws:ssm:eu-west-1:1:parameter/a': 'secret',
}

test.each(differences)('differs from dotenv: %s', (template, dotenv, secwrap) => {
  const text = textOf(template)
  expect(pairsOf(parseDotenv(text))).toBe(codeOf(dotenv))
  const setting = { inherited: { INHERITED: 'yes' }, secrets, imports: { 'ssm:///app/': { key: 'secret' } } }
  const { environment, problems } = runTemplate(text, setting)
  const said = problems.length > 0 ? problems.join('\n') : pairsOf(environment)
  expect(said).toContain(codeOf(secwrap))
  expect(said).not.toBe(codeOf(dotenv))
})

test.each(
  rowsBelow('## From other tools')
    .slice(1)
    .filter(([, form = '']) => !/…|text/.test(form)),
)('takes over from %s: %s', (_, form) => {
  const [first = ''] = form?.split(', ') ?? []
  expect(runTemplate(`A=${codeOf(first)}`).reads).toHaveLength(1)
})

test('every scheme, option and filter is in the page', () => {
  const rows = rowsBelow('## References').slice(1)
  const told = rows.map(([scheme = '', , options = '']) => [
    /`(\w+)`/.exec(scheme)?.[1],
    [...options.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name).sort(),
  ])
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries(SCHEMES).map(([name, { options }]) => [name, [...options].sort()])),
  )
  const [, filters = ''] = page.split('### Filters')
  const told2 = [...(filters.split('\n## ')[0] ?? '').matchAll(/^\| (`.*?`) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/\w+/g) ?? [],
  )
  expect(told2.sort()).toEqual(Object.keys(FILTERS).sort())
})
