/** What the documentation lets people type exists: each command, and each of its flags. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type Flag, longName } from '../../../src/commands/flags.ts'
import { COMMANDS } from '../../../src/commands/index.ts'

const root = `${import.meta.dirname}/../../..`
const pages = [
  'README.md',
  ...readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' }).map(name => `docs/${name}`),
]
  .filter(name => name.endsWith('.md'))
  .sort()

/** Without the messages of errors.md, which tell of secwrap in words. */
function readPage(name: string): string {
  const page = readFileSync(`${root}/${name}`, 'utf8')
  return name === 'docs/errors.md' ? page.replace(/^\| `.*?` \| /gm, '') : page
}

interface Typed {
  readonly command: string
  readonly flags: readonly string[]
}

/** Every `secwrap …` in blocks of code and between backticks; what follows ` -- ` is another program's. */
function listTyped(page: string): Typed[] {
  const blocks = [...page.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  const rest = page.replace(/```\w*\n[\s\S]*?```/g, '')
  const spans = [...rest.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  const lines = [...blocks.flatMap(block => block.split('\n')), ...spans]
  return lines.flatMap(line =>
    [...line.matchAll(/(?<![\w./:-])secwrap ([a-z]+)((?: [^|#;&)]*)?)/g)].map(
      ([, command = '', words = '']) => ({
        command,
        flags: (words.split(/ -- | --$/)[0] ?? '').match(/(?<= )--[a-z][\w-]*/g) ?? [],
      }),
    ),
  )
}

async function findUnknown(typed: readonly Typed[]): Promise<string[]> {
  const unknown: string[] = []
  for (const { command, flags } of typed) {
    const known = COMMANDS.find(each => each.command === command)
    if (command === 'help') continue
    if (!known) unknown.push(`secwrap ${command}`)
    const names = [
      '--help',
      ...((await known?.load())?.flags ?? []).flatMap(flag => [`--${flag.name}`, longName(flag)]),
    ]
    unknown.push(
      ...flags.filter(flag => known && !names.includes(flag)).map(flag => `secwrap ${command} ${flag}`),
    )
  }
  return unknown
}

test.each(pages)('%s', async name => {
  expect(await findUnknown(listTyped(readPage(name)))).toEqual([])
})

test('the pages let people type something', () => {
  const all = pages.flatMap(name => listTyped(readPage(name)))
  expect(all.length).toBeGreaterThan(50)
  expect(all.flatMap(({ flags }) => flags).length).toBeGreaterThan(20)
})

/** The rows of tables that begin with a flag and its default: `| \`--interval SECONDS\` | 300 | …`. */
function listDefaults(page: string): (readonly [flag: string, told: string])[] {
  const tables = page.split(/^\| flag \| default \|.*\n/m).slice(1)
  const rows = tables.flatMap(table => table.split(/\n\n/)[0]?.split('\n') ?? [])
  return rows.flatMap(row => {
    const [, flag = '', told = ''] = /^\| `--([a-z-]+)[^`]*` \|([^|]*)\|/.exec(row) ?? []
    return flag === '' ? [] : [[flag, told.replaceAll('`', '').replace(/:.*/, '').trim()] as const]
  })
}

/** As a table has it. A flag that is on by default is one to switch it off: `--no-color`. */
function shownDefault({ type, default: value }: Flag): string {
  if (type === 'boolean') return 'off'
  return value === undefined || Array.isArray(value) ? '' : String(value)
}

test.each([
  ['docs/exec.md', 'exec'],
  ['docs/guides/watch.md', 'exec'],
  ['docs/guides/sidecar.md', 'render'],
])('the defaults that %s tells are those of %s', async (name, command) => {
  const flags = (await COMMANDS.find(each => each.command === command)?.load())?.flags ?? []
  const told = listDefaults(readPage(name)).filter(([flag]) => flag !== 'on-change' && flag !== 'help')
  expect(told.length).toBeGreaterThan(3)
  const known = told.flatMap(([name]) =>
    flags
      .filter(flag => [flag.name, longName(flag).slice(2)].includes(name))
      .map(flag => [name, shownDefault(flag)]),
  )
  expect(told).toEqual(known)
})

test('a default is read out of a table', () => {
  const page =
    '| flag | default | |\n| --- | --- | --- |\n| `--a SECONDS` | 3: never | x |\n| `--b` | `off` | |\n\n| `--c` | 1 | |\n'
  expect(listDefaults(page)).toEqual([
    ['a', '3'],
    ['b', 'off'],
  ])
})

test('what does not exist is seen', async () => {
  const page =
    '```sh\ncat x | secwrap sett a --generate\nsecwrap exec --pristin -- npm --nosuch # --other\n```\n`secwrap get --jsn`'
  expect(await findUnknown(listTyped(page))).toEqual([
    'secwrap sett',
    'secwrap exec --pristin',
    'secwrap get --jsn',
  ])
})
