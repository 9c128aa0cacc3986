/** What the command sees: the template, the inherited environment, and the flags that choose between them. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, type RunOptions, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

/** The command's environment, less what every run has. */
async function seenBy(
  args: readonly string[],
  files: Files,
  env: Record<string, string>,
  options: RunOptions = {},
) {
  using folder = createFolder()
  for (const [name, text] of Object.entries(files)) folder.write(name, text)
  const command = ['node', '-p', 'JSON.stringify(process.env)']
  const result = await secwrap(['exec', ...args, '--', ...command], { ...options, cwd: folder.path, env })
  if (result.exitCode !== 0) throw new Error(result.stderr)
  const { PATH: _, ...seen } = JSON.parse(result.stdout) as Record<string, string>
  return seen
}

const file = { password: 'pw\n' }

describe.each(ARTIFACTS)('$name', artifact => {
  test.each<[string, string[], Files, Record<string, string>, Record<string, string>]>([
    [
      'the template wins',
      [],
      { '.env.template': 'A=template\nB=${A}!' },
      { A: 'mine', C: 'c' },
      { A: 'template', B: 'template!', C: 'c' },
    ],
    [
      '--prefer-env turns that round',
      ['--prefer-env', 'A*'],
      { '.env.template': 'A1=t\nB=t' },
      { A1: 'mine', B: 'mine' },
      { A1: 'mine', B: 't' },
    ],
    [
      'a reference whose inherited value wins is not read',
      ['--prefer-env', 'A'],
      { '.env.template': 'A=vault://x/y#z' },
      { A: 'mine' },
      { A: 'mine' },
    ],
    [
      '--pristine --keep',
      ['--pristine', '--keep', 'PATH', '--keep', 'K*'],
      { '.env.template': 'A=1\nGO' },
      { KEPT: 'k', GO: 'g', GONE: 'x' },
      { A: '1', GO: 'g', KEPT: 'k' },
    ],
    [
      '--from a map',
      ['--from', 'file://./map.json'],
      { 'map.json': '{"db-host":"h","n":1}' },
      {},
      { DB_HOST: 'h', N: '1' },
    ],
    [
      'a prefix',
      [],
      { '.env.template': 'X_*=file://./map.json\nX_N=own', 'map.json': '{"n":1,"m":2}' },
      {},
      { X_N: 'own', X_M: '2' },
    ],
    ['--from-env', ['--from-env'], file, { A: 'file://./password', B: 'x' }, { A: 'pw', B: 'x' }],
    ['layers', ['-t', 'a', '-t', 'b'], { a: 'A=a\nB=${A}', b: 'A=b' }, {}, { A: 'b', B: 'a' }],
    [
      '--environment',
      ['-e', 'prod'],
      { '.env.template': 'A=dev\nB=b', '.env.prod.template': 'A=prod' },
      {},
      { A: 'prod', B: 'b' },
    ],
    ['variables as flags', [], { t: 'A=1' }, { SECWRAP_TEMPLATE: 't' }, { A: '1', SECWRAP_TEMPLATE: 't' }],
    [
      'an optional secret stays unset',
      [],
      { '.env.template': 'A=file://./no?optional\nB=x${file://./no:-y}' },
      { A: 'inherited' },
      { B: 'xy' },
    ],
    ['single quotes', [], { '.env.template': "A='${X} $Y vault://x'" }, {}, { A: '${X} $Y vault://x' }],
    [
      'a value is never read again',
      [],
      { '.env.template': 'A=file://./password\nB=${A}', password: '${HOME} file:///etc/passwd $(id)\n' },
      {},
      { A: '${HOME} file:///etc/passwd $(id)', B: '${HOME} file:///etc/passwd $(id)' },
    ],
  ])('%s', async (_, args, files, env, expected) => {
    expect(await seenBy(args, files, env, { artifact })).toEqual(expected)
  })

  test('standard input can be the template', async () => {
    const seen = await seenBy(['-t', '-'], {}, {}, { artifact, input: 'A=from-stdin\n' })
    expect(seen).toEqual({ A: 'from-stdin' })
  })

  test('arguments and standard input reach the command untouched', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const words = ['007', '', 'a b', '--', '--template', '${X}', '-x', '1e3', 'é']
    const script =
      'process.stdin.on("data", d => console.log(JSON.stringify([process.argv.slice(2), String(d)])))'
    folder.write('print.js', script)
    const args = ['exec', '--', 'node', 'print.js', ...words]
    const { stdout } = await secwrap(args, { artifact, cwd: folder.path, input: 'typed' })
    expect(JSON.parse(stdout)).toEqual([words, 'typed'])
  })
})
