/** Whatever is wrong: one line with place and next step, the exit code of its cause, and no command. */
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const PLANTED = 'pa$$word-Zx81!%/+é'

/** The first line of standard error for a template, and the proof that nothing ran. */
async function tell(
  template: string,
  { prepare = (_: string) => {}, argv = ['touch', 'ran'], env = {} } = {},
) {
  using folder = createFolder()
  writeFileSync(`${folder.path}/.env.template`, template)
  writeFileSync(`${folder.path}/password`, `${PLANTED}\n`, { mode: 0o600 })
  writeFileSync(`${folder.path}/app.json`, JSON.stringify({ password: PLANTED }), { mode: 0o600 })
  prepare(folder.path)
  const result = await secwrap(['exec', '--', ...argv], { cwd: folder.path, env })
  expect(folder.has('ran')).toBe(false)
  expect(findLeaks([PLANTED], result.stdout + result.stderr)).toEqual([])
  return [result.exitCode, result.stderr.split('\n')[0]?.replaceAll(folder.path, '')]
}

describe('a line of a template', () => {
  test.each([
    ['an unknown scheme', 'A=smm:///x', 65, 'A: unknown scheme smm://'],
    ['an unknown option', 'A=file://./password?regoin=x', 65, 'A: file:// has no option regoin'],
    ['an unknown filter', 'A=${file://./password|rot13}', 65, 'A: unknown filter rot13'],
    ['a line that does not parse', 'A=1\n!!!', 65, 'this line is not NAME=value'],
    ['a name twice', 'A=1\nA=2', 65, 'A: '],
    ['an undefined name', 'A=${NOSUCH}', 65, 'A: NOSUCH is not set'],
    ['a cycle', 'A=${B}\nB=${A}', 65, 'A: B is not set'],
    ['a missing secret', 'A=file://./nosuch', 66, 'A: file://./nosuch does not exist'],
    [
      'a missing field',
      'A=file://./app.json#user',
      66,
      'A: file://./app.json#user: the secret has no field user',
    ],
    [
      'a field of text',
      'A=file://./password#user',
      65,
      'A: file://./password#user: the secret is not a JSON object',
    ],
    ['a folder', 'A=file://./', 65, 'A: '],
    ['a device', 'A=file:///dev/zero', 78, 'A: file:///dev/zero is not a regular file'],
    ['the kernel', 'A=file:///proc/version', 78, 'A: file:///proc/version is a file of the kernel'],
    ['a wrong type', '# @type=integer\nA=file://./password', 65, 'A: '],
    ['a store without settings', 'A=vault://secret/x#y', 78, 'A: '],
    ['a store without a region', 'A=ssm:///x', 78, 'A: '],
  ])('%s', async (_, template, exitCode, fact) => {
    const line = template.split('\n').length
    const [code, message] = await tell(template)
    expect(message).toContain(`secwrap: error: .env.template:`)
    expect(message).toContain(fact)
    expect([code, line]).toEqual([exitCode, line])
  })
})

describe('a value', () => {
  test.each([
    ['with a NUL', Buffer.from('a\0b'), 'the value has a NUL byte'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x41]), 'is not UTF-8 text'],
    ['too long for one variable', Buffer.alloc(131_072, 'x'), 'Linux takes at most 131071'],
    ['of more than 1 MiB', Buffer.alloc(1024 * 1024 + 1, 'x'), 'is larger than 1 MiB'],
  ])('%s', async (_, bytes, fact) => {
    const prepare = (folder: string) => writeFileSync(`${folder}/value`, bytes, { mode: 0o600 })
    const [code, message] = await tell('A=file://./value', { prepare })
    expect(code).toBe(65)
    expect(message).toContain('secwrap: error: .env.template:1: A: ')
    expect(message).toContain(fact)
  })

  test('the longest that one variable takes gets through', async () => {
    using folder = createFolder()
    writeFileSync(`${folder.path}/value`, 'x'.repeat(131_069), { mode: 0o600 })
    writeFileSync(`${folder.path}/.env.template`, 'A=file://./value')
    const { stdout } = await secwrap(['exec', '--', 'sh', '-c', 'echo ${#A}'], { cwd: folder.path })
    expect(stdout).toBe('131069\n')
  })

  test('more than the kernel takes in all', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `A${index}=file://./value`).join('\n')
    const prepare = (folder: string) => writeFileSync(`${folder}/value`, 'x'.repeat(120_000), { mode: 0o600 })
    const [code, message] = await tell(names, { prepare })
    expect(code).toBe(65)
    expect(message).toContain('Linux takes')
  })
})

describe('a template', () => {
  test.each([
    ['that is missing', (path: string) => path, 66, 'nosuch.template: the template does not exist'],
    ['that is a folder', (path: string) => mkdirSync(`${path}/nosuch.template`), 65, "can't be a folder"],
    [
      'that is not UTF-8',
      (path: string) => writeFileSync(`${path}/nosuch.template`, Buffer.from([65, 61, 0xff])),
      65,
      'UTF-8',
    ],
    [
      'of 100 MB',
      (path: string) => {
        writeFileSync(`${path}/nosuch.template`, '')
        truncateSync(`${path}/nosuch.template`, 1e8)
      },
      65,
      'nosuch.template: ',
    ],
    [
      'that links to itself',
      (path: string) => symlinkSync('nosuch.template', `${path}/nosuch.template`),
      65,
      'nosuch.template: ',
    ],
  ])('%s', async (_, prepare, exitCode, fact) => {
    using folder = createFolder()
    prepare(folder.path)
    const result = await secwrap(['exec', '-t', 'nosuch.template', '--', 'touch', 'ran'], {
      cwd: folder.path,
    })
    expect([result.exitCode, folder.has('ran')]).toEqual([exitCode, false])
    expect(result.stderr).toContain(fact)
    expect(result.stderr).toContain('secwrap: error: nosuch.template')
  })

  test('of random bytes neither crashes nor hangs', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .string({ unit: fc.constantFrom(...'A=${}|:-?#/\\\'"`\n\r @*ssm vault'), maxLength: 200 })
        .map(text => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async template => {
        const result = await secwrap(['exec', '-t', '-', '--timeout', '5', '--', 'true'], { input: template })
        expect([0, 65, 66, 78]).toContain(result.exitCode)
        expect(result.stderr).not.toContain('[BUG]')
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

describe.each(ARTIFACTS)('a command, $name', artifact => {
  test.each([
    ['none', [], 64, 'secwrap: error: no command to run [BAD_USAGE]'],
    ['not there', ['nosuch'], 127, 'secwrap: error: command not found: nosuch [NO_COMMAND]'],
    ['not executable', ['./password'], 126, 'secwrap: error: '],
    ['a folder', ['./folder'], 126, 'secwrap: error: '],
  ])('%s', async (_, command, exitCode, firstLine) => {
    using folder = createFolder()
    writeFileSync(`${folder.path}/.env.template`, '')
    writeFileSync(`${folder.path}/password`, PLANTED, { mode: 0o600 })
    mkdirSync(`${folder.path}/folder`)
    const result = await secwrap(['exec', '--', ...command], { cwd: folder.path, artifact })
    expect([result.exitCode, result.stdout]).toEqual([exitCode, ''])
    expect(result.stderr.split('\n')[0]).toContain(firstLine)
  })
})

test('a file that this user may not read is a denial', async () => {
  using folder = createFolder()
  writeFileSync(`${folder.path}/.env.template`, 'A=file://./closed')
  writeFileSync(`${folder.path}/closed`, PLANTED, { mode: 0 })
  chmodSync(folder.path, 0o755)
  // Root may read every file, so the test is somebody else where it can be.
  const user = process.getuid?.() === 0 ? { user: 65_534 } : {}
  const result = await secwrap(['exec', '--', 'true'], { cwd: folder.path, ...user })
  expect(result.exitCode).toBe(77)
  expect(result.stderr).toContain(
    `.env.template:1: A: file://${folder.path}/closed can't be read by this user [DENIED]`,
  )
})

const TEN_MISTAKES = `
A=smm:///x
B=\${NOSUCH}
C=file://./nosuch
D=file://./app.json#nosuch
E=file://./password#key
F=\${file://./password|rot13}
G=file://./password?colour=red
# @type=port
H=file://./password
I=vault://secret/x#y
J="never ends
`

test('ten mistakes are told in one run, by line, and nothing hides anything', async () => {
  using folder = createFolder()
  writeFileSync(`${folder.path}/.env.template`, TEN_MISTAKES)
  writeFileSync(`${folder.path}/password`, PLANTED, { mode: 0o600 })
  writeFileSync(`${folder.path}/app.json`, '{}', { mode: 0o600 })
  const { stderr, exitCode } = await secwrap(['exec', '--', 'true'], { cwd: folder.path, artifact: COMPILED })
  const told = [...stderr.matchAll(/^secwrap: error: \.env\.template:(\d+): (\w):/gm)].map(
    ([, line, name]) => [Number(line), name],
  )
  expect(told).toEqual([
    [2, 'A'],
    [3, 'B'],
    [4, 'C'],
    [5, 'D'],
    [6, 'E'],
    [7, 'F'],
    [8, 'G'],
    [10, 'H'],
    [11, 'I'],
    [12, 'J'],
  ])
  expect(exitCode).toBe(65)
  expect(findLeaks([PLANTED], stderr)).toEqual([])
})
