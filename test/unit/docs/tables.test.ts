/** The tables of the pages have what the sources have: filters, references with their options, formats of exports. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { FILTERS } from '../../../src/core/filters.ts'
import { FORMATS } from '../../../src/environment/formats/index.ts'
import { SCHEMES } from '../../../src/template/schemes.ts'

const docs = `${import.meta.dirname}/../../../docs`

/** The rows of the table whose first column has this title, cell by cell. @throws Error where there is none. */
function readTable(page: string, title: string): string[][] {
  const table = page.split(`\n| ${title} |`)[1]?.split('\n\n')[0]
  if (table === undefined) throw new Error(`no table of ${title}`)
  const rows = table.split('\n').slice(2)
  return rows.map(row => row.split(/(?<!\\)\|/).map(cell => cell.trim()))
}

const namesIn = (cell = '') => [...cell.matchAll(/`([\w@]+)[^`]*`/g)].map(([, name = '']) => name)
const template = readFileSync(`${docs}/template.md`, 'utf8')

test('template.md has every filter', () => {
  const told = readTable(template, 'filter').flatMap(([, names]) => namesIn(names))
  expect(told.sort()).toEqual(Object.keys(FILTERS).sort())
})

test('template.md has every scheme, with its options and formats', () => {
  const rows = readTable(template, 'scheme').map(([, scheme, , options = '']) => {
    const formats = /`format=([^`]*)`/.exec(options)?.[1]?.split('\\|') ?? []
    return [namesIn(scheme)[0], namesIn(options).sort(), formats.sort()]
  })
  const known = Object.entries(SCHEMES).map(([scheme, { options, formats = [] }]) => [
    scheme,
    [...options].sort(),
    [...formats].sort(),
  ])
  expect(rows).toEqual(known)
})

test('export.md has every format', () => {
  const page = readFileSync(`${docs}/export.md`, 'utf8')
  const told = readTable(page, '`--format`').map(([, name]) => namesIn(name)[0])
  expect(told).toEqual(Object.keys(FORMATS))
})

test('a table that is not there is missed', () => {
  expect(() => readTable('# Page\n', 'filter')).toThrow('no table of filter')
  expect(readTable('\n| a | b |\n| --- | --- |\n| `x` | `y\\|z` |\n\n', 'a')).toEqual([
    ['', '`x`', '`y\\|z`', ''],
  ])
})
