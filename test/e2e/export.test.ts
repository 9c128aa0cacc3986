/** `export`: a template's environment in the format of another program, all of it or nothing. */
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const PLANTED = 'planted-export-value!$9'
const TWO_LINES = `${PLANTED}\nplanted-second-line`

/** A folder with secrets of all shapes, and a template of these lines. */
function createProject(...lines: string[]) {
  const folder = createFolder()
  folder.write('one', PLANTED)
  folder.write('two', TWO_LINES)
  folder.write('map.json', JSON.stringify({ host: PLANTED, key: TWO_LINES }))
  folder.write('.env.template', lines.map(line => `${line}\n`).join(''))
  return folder
}

test.each(ARTIFACTS)('what the template describes, and nothing else: $name', async artifact => {
  using folder = createProject('A=1', 'DB_*=file://./map.json?format=json', 'B=file://./one', 'HOME', 'UNSET')
  const env = { HOME: '/home/x', OTHER: 'inherited', SECWRAP_FORMAT: 'json' }
  const { stdout, stderr, exitCode } = await secwrap(['export'], { artifact, cwd: folder.path, env })
  expect([stderr, exitCode]).toEqual(['', 0])
  expect(JSON.parse(stdout)).toEqual({
    DB_HOST: PLANTED,
    DB_KEY: TWO_LINES,
    A: '1',
    B: PLANTED,
    HOME: '/home/x',
  })
})

test('every value that the format cannot carry is told, none is shown, and nothing is written', async () => {
  using folder = createProject('A=1', 'DB_*=file://./map.json?format=json', 'C=file://./two', 'D=${NOSUCH}')
  const output = folder.write('out', 'as it was')
  const args = ['export', '--format', 'docker', '--output', output]
  const { stdout, stderr, exitCode } = await secwrap(args, { cwd: folder.path })
  const fact = "the value has a line break, which docker's env-file can't hold [BAD_VALUE]"
  expect(stderr.split('\n').filter(line => line.includes('error:'))).toEqual([
    `secwrap: error: .env.template:2: DB_KEY: ${fact}`,
    `secwrap: error: .env.template:3: C: ${fact}`,
    expect.stringContaining('.env.template:4: D:'),
  ])
  expect([stdout, exitCode, readFileSync(output, 'utf8')]).toEqual(['', 65, 'as it was'])
  expect(findLeaks([PLANTED], stderr)).toEqual([])
})

test('a file is replaced whole, through a link, and only its owner may read it', async () => {
  using folder = createProject('B=file://./one')
  const file = folder.write('out', 'old', 0o644)
  symlinkSync('out', `${folder.path}/link`)
  const before = readdirSync(folder.path)
  const { stdout, exitCode } = await secwrap(['export', '-o', 'link'], { cwd: folder.path })
  expect([stdout, exitCode, readFileSync(file, 'utf8')]).toEqual(['', 0, `B='${PLANTED}'\n`])
  expect([statSync(file).mode & 0o777, lstatSync(`${folder.path}/link`).isSymbolicLink()]).toEqual([
    0o600,
    true,
  ])
  expect(readdirSync(folder.path)).toEqual(before)
})

test('a new file is for its owner only', async () => {
  using folder = createProject('B=file://./one')
  await secwrap(['export', '-o', 'new'], { cwd: folder.path })
  expect(statSync(`${folder.path}/new`).mode & 0o777).toBe(0o600)
})

test.each([
  ['an unknown format', ['--format', 'ymal'], 64, 'did you mean --format yaml?'],
  ['a word', ['json'], 64, 'export takes flags only'],
  ['a Secret without a name', ['--format', 'kubernetes'], 64, 'kubernetes needs --name'],
  ['a Secret with a bad name', ['--format', 'kubernetes', '--name', 'A_b'], 64, '--name takes small letters'],
  [
    'a bad namespace',
    ['--format', 'kubernetes', '--name', 'a', '--namespace', 'a.b'],
    64,
    '--namespace takes',
  ],
  ['a name for another format', ['--name', 'app'], 64, '--name is for --format kubernetes'],
  ['a device', ['--output', '/dev/null'], 64, '/dev/null is not a regular file'],
  ['a folder that is not there', ['--output', 'nosuch/file'], 78, "nosuch/file can't be written (ENOENT)"],
  ['GitHub elsewhere', ['--format', 'github'], 78, 'GITHUB_ENV is not set'],
])('%s is refused', async (_, args, status, text) => {
  using folder = createProject('B=file://./one')
  const { stdout, stderr, exitCode } = await secwrap(['export', ...args], { cwd: folder.path })
  expect([stdout, exitCode]).toEqual(['', status])
  expect(stderr).toContain(text)
  expect(findLeaks([PLANTED], stderr)).toEqual([])
})
