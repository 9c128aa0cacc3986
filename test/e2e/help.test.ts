/** What `--help` shows, and what a typo is told. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { ARTIFACTS, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

/** The commands, as the overview names them. */
async function listCommands(): Promise<string[]> {
  const { stdout } = await secwrap(['--help'])
  const [, list = ''] = /\nCommands:\n([\s\S]*?)\n\n/.exec(stdout) ?? []
  return list.split('\n').map(line => line.trim().split(' ')[0] ?? '')
}

let commands: readonly string[] = []

beforeAll(async () => {
  commands = await listCommands()
})

test('the overview names the commands', () => {
  expect(commands.length).toBeGreaterThan(5)
  expect(commands).toEqual(expect.arrayContaining(['exec', 'check', 'get', 'completion']))
})

test.each([[[]], [['--help']], [['-h']], [['help']]])('secwrap %j is the overview', async args => {
  const { exitCode, stdout, stderr } = await secwrap(args)
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain('secwrap COMMAND [flags]')
})

test.each(ARTIFACTS)('every command has help of 80 columns, with an example: $name', async artifact => {
  for (const command of artifact === COMPILED ? commands : ['exec', 'completion']) {
    const { exitCode, stdout, stderr } = await secwrap([command, '--help'], { artifact })
    expect([command, exitCode, stderr]).toEqual([command, 0, ''])
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^secwrap ${command}\\b`))
    expect(stdout).toMatch(new RegExp(`\nExample:\n  .*secwrap ${command}\\b`))
    expect(stdout).toContain('--help')
    expect(stdout.split('\n').filter(line => line.length > 80 || line !== line.trimEnd())).toEqual([])
  }
})

test('secwrap help X is secwrap X --help, also behind other arguments', async () => {
  for (const command of commands) {
    const [one, other] = await Promise.all([secwrap(['help', command]), secwrap([command, '--help'])])
    expect(one.stdout).toBe(other.stdout)
  }
  const late = await secwrap(['exec', '--timeout', '5', '--help'])
  expect(late.stdout).toBe((await secwrap(['exec', '--help'])).stdout)
})

test('what stands behind the command to run is its own', async () => {
  const { exitCode, stdout } = await secwrap(['exec', '--from-env', 'sh', '-c', 'echo "$0"', '--help'])
  expect([exitCode, stdout]).toEqual([0, '--help\n'])
})

test('flags have their defaults, choices and arguments', async () => {
  const { stdout } = await secwrap(['exec', '--help'])
  expect(stdout).toMatch(/-t, --template FILE .*\.env\.template/)
  expect(stdout).toMatch(/--timeout SECONDS .*\[30\]/)
  expect(stdout).toMatch(/--log-format FORMAT .*text, json \[text\]/)
  expect(stdout).toContain('SECWRAP_LOG_LEVEL=debug for --log-level debug')
  expect(stdout).not.toMatch(/\[(boolean|string|array)\]/)
})

describe('a variable counts as its flag', () => {
  test.each([
    ['a boolean', 'SECWRAP_FROM_ENV', 'yes', 0],
    ['a wrong boolean', 'SECWRAP_FROM_ENV', 'maybe', 64],
    ['a wrong choice', 'SECWRAP_LOG_LEVEL', 'loud', 64],
  ])('%s', async (_, name, value, status) => {
    using folder = createFolder()
    folder.write('.env.template', 'A=1')
    const { exitCode } = await secwrap(['exec', '--', 'true'], { cwd: folder.path, env: { [name]: value } })
    expect(exitCode).toBe(status)
  })
})

test.each([
  ['a command', ['exce'], 64, 'unknown command exce', 'did you mean secwrap exec?'],
  ['a flag for a command', ['--hepl'], 64, 'unknown flag --hepl', 'secwrap --help'],
  ['a command of help', ['help', 'chek'], 64, 'unknown command chek', 'did you mean secwrap check?'],
  ['a flag', ['check', '--tempalte', 'x'], 64, 'unknown flag --tempalte', 'did you mean --template?'],
  ['help', ['check', '--hlep'], 64, 'unknown flag --hlep', 'did you mean --help?'],
  ['a flag far off', ['check', '--nosuchthing'], 64, 'unknown flag --nosuchthing', 'secwrap help check'],
  [
    'a flag of exec',
    ['exec', '--pristin', '--', 'true'],
    64,
    'unknown flag --pristin',
    'did you mean --pristine? Flags of the command come after --',
  ],
  [
    'a shell',
    ['completion', 'bsh'],
    64,
    'completion takes one of bash, zsh, fish',
    'secwrap completion bash',
  ],
  ['a scheme', ['get', 'smm:///x'], 65, 'unknown scheme smm://', 'did you mean ssm://?'],
  ['an option', ['get', 'ssm:///x?regoin=a'], 65, 'ssm:// has no option regoin', '?region'],
  ['a format', ['get', 'file:///x?format=ymal'], 65, 'unknown format', '?format=yaml'],
])('a typo in %s gets a suggestion', async (_, args, status, fact, hint) => {
  const { exitCode, stdout, stderr } = await secwrap(args)
  const [error = '', next = ''] = stderr.split('\n')
  expect([exitCode, stdout]).toEqual([status, ''])
  expect(error).toContain(fact)
  expect(next).toContain(`secwrap: hint: ${hint}`)
})

test.each([
  ['a filter', 'A=${B|uppr:-x}', 'unknown filter uppr', '|upper'],
  ['a decorator', '# @requird\nA=1', 'unknown decorator @requird', '@required'],
  ['a type', '# @type=intger\nA=1', 'unknown type @type=intger', '@type=integer'],
])('a typo in %s gets a suggestion', async (_, template, fact, hint) => {
  using folder = createFolder()
  folder.write('.env.template', template)
  const { exitCode, stderr } = await secwrap(['check', '--offline'], { cwd: folder.path, env: { B: '1' } })
  expect(exitCode).toBe(65)
  expect(stderr).toContain(fact)
  expect(stderr).toContain(`secwrap: hint: ${hint}`)
})
