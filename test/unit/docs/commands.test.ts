/** What the documentation lets people type exists: each command, and each of its flags. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { longName } from '../../../src/commands/flags.ts'
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

test('what does not exist is seen', async () => {
  const page =
    '```sh\ncat x | secwrap sett a --generate\nsecwrap exec --pristin -- npm --nosuch # --other\n```\n`secwrap get --jsn`'
  expect(await findUnknown(listTyped(page))).toEqual([
    'secwrap sett',
    'secwrap exec --pristin',
    'secwrap get --jsn',
  ])
})
