import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Part, Reference, Template, TemplateEntry } from '../../../src/core/types.ts'
import { resolve } from '../../../src/resolve/resolve.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/secwrap-resolve-`)
  writeFileSync(`${folder}/password`, 'pa$$word\n', { mode: 0o600 })
  writeFileSync(`${folder}/app.json`, '{"db":{"user":"app"},"port":5432,"gone":null}', { mode: 0o600 })
})

afterAll(() => rmSync(folder, { recursive: true }))

function fileReference(name: string, key?: string): Reference {
  const uri = `file://${folder}/${name}`
  const id = { uri, scheme: 'file', path: `${folder}/${name}`, options: {} }
  return { raw: `file://./${name}`, id, optional: false, ...(key !== undefined && { key: key.split('.') }) }
}

function entry(name: string, line: number, ...parts: Part[]): TemplateEntry {
  return { file: '.env.template', line, name, parts, decorators: {} }
}

function run(...entries: TemplateEntry[]) {
  const template: Template = { entries, problems: [], warnings: [] }
  return resolve(template, { env: {}, warn: () => undefined }, AbortSignal.timeout(5_000))
}

test('each reference gets its value or its field', async () => {
  const whole = fileReference('password')
  const field = fileReference('app.json', 'db.user')
  const { secrets, problems } = await run(entry('A', 1, whole), entry('B', 2, 'x', field))
  expect(problems).toEqual([])
  expect([secrets.get(whole)?.reveal(), secrets.get(field)?.reveal()]).toEqual(['pa$$word', 'app'])
})

test('what is missing is told apart from what failed, and nothing hides anything', async () => {
  const missing = fileReference('nosuch')
  const noField = fileReference('app.json', 'nosuch')
  const isNull = fileReference('app.json', 'gone')
  const aFolder = { ...fileReference('.'), raw: 'file://./' }
  const notJson = fileReference('password', 'key')
  const unknown = {
    ...fileReference('x'),
    id: { uri: 'nosuch://x', scheme: 'nosuch', path: 'x', options: {} },
  }
  const resolved = await run(
    entry('A', 1, missing),
    entry('B', 2, noField),
    entry('C', 3, isNull),
    entry('D', 4, aFolder),
    entry('E', 5, notJson),
    entry('F', 6, unknown),
  )
  expect(resolved.secrets.size).toBe(0)
  expect([...resolved.missing.values()].map(problem => problem.code)).toEqual([
    'NOT_FOUND',
    'NOT_FOUND',
    'BAD_CONFIG',
    'BAD_VALUE',
    'BAD_CONFIG',
  ])
  expect(resolved.problems.map(({ code, details }) => [details.place?.name, code])).toEqual([
    ['D', 'BAD_CONFIG'],
    ['E', 'BAD_VALUE'],
    ['F', 'BAD_CONFIG'],
  ])
})

test('a wildcard imports the fields of a map, or the files of a folder', async () => {
  const map = { ...entry('*', 1, fileReference('app.json')), wildcard: { prefix: '' } }
  const id = { uri: `file://${folder}/`, scheme: 'file', path: `${folder}/`, options: {} }
  const files = { ...entry('F_*', 2, { raw: 'file://./', id, optional: false }), wildcard: { prefix: 'F_' } }
  const { imports, problems } = await run(map, files)
  expect(problems).toEqual([])
  const names = (wildcard: TemplateEntry) =>
    [...(imports.get(wildcard) ?? [])].map(([name, s]) => [name, s.reveal()])
  expect(names(map)).toEqual([
    ['db', '{"user":"app"}'],
    ['port', '5432'],
  ])
  expect(
    names(files)
      .map(([name]) => name)
      .sort(),
  ).toEqual(['app.json', 'password'])
})

test.each([
  ['a map that does not exist', 'nosuch', 'NOT_FOUND'],
  ['text', 'password', 'BAD_VALUE'],
])('a wildcard over %s is a problem with its place', async (_, name, code) => {
  const { problems } = await run({ ...entry('*', 7, fileReference(name)), wildcard: { prefix: '' } })
  expect(problems.map(problem => [problem.code, problem.details.place?.line])).toEqual([[code, 7]])
  expect(problems[0]?.message).not.toContain('pa$$word')
})
