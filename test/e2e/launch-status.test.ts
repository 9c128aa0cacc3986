/** The command's end is the program's end: exit codes, and signals as signals. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, COMPILED, PACKAGE, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const fixture = `${import.meta.dirname}/../fixtures/statuses.py`

// Stopping and what is ignored by default does not end a process.
const NOT_DEADLY = [17, 18, 19, 20, 21, 22, 23, 28]
const DEADLY = Array.from({ length: 31 }, (_, index) => index + 1).filter(
  signal => !NOT_DEADLY.includes(signal),
)
const REAL_TIME = [34, 40, 64]
const SIGNALS = [...DEADLY, ...REAL_TIME].map(signal => -signal)

async function statuses(wanted: readonly number[], prefix: readonly string[]): Promise<unknown> {
  using folder = createFolder()
  folder.write('.env.template', '')
  const argv = ['python3', fixture, JSON.stringify(wanted), ...prefix]
  const { stdout } = await run(argv, { cwd: folder.path })
  return JSON.parse(stdout)
}

function asWanted(wanted: readonly number[]): unknown {
  return Object.fromEntries(wanted.map(status => [status, status]))
}

test('every exit code, 0 to 255', async () => {
  const codes = Array.from({ length: 256 }, (_, code) => code)
  expect(await statuses(codes, [...COMPILED.argv, 'exec', '--'])).toEqual(asWanted(codes))
}, 30_000)

test('exit codes of the npm package', async () => {
  const codes = [0, 1, 2, 64, 70, 78, 125, 126, 127, 128, 130, 143, 255]
  expect(await statuses(codes, [...PACKAGE.argv, 'exec', '--'])).toEqual(asWanted(codes))
}, 30_000)

test.each(ARTIFACTS)(
  '$name: death by each signal',
  async ({ argv }) => {
    expect(await statuses(SIGNALS, [...argv, 'exec', '--'])).toEqual(asWanted(SIGNALS))
  },
  30_000,
)

describe.each(ARTIFACTS)('$name', artifact => {
  test('a closed pipe ends the command, as in `yes | head`', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const pipeline = '{ "$@"; echo $? >&2; } | head -n 1'
    const argv = ['sh', '-c', pipeline, 'sh', ...artifact.argv, 'exec', '--', 'yes']
    const { stdout, stderr } = await run(argv, { cwd: folder.path })
    expect([stdout, stderr]).toEqual(['y\n', '141\n']) // 128 + SIGPIPE, and no word of `yes` about an error
  })

  test('standard input reaches the command, to its last byte', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const input = 'a line\n'.repeat(50_000)
    const { stdout } = await secwrap(['exec', '--', 'cat'], { artifact, cwd: folder.path, input })
    expect(stdout === input).toBe(true)
  })
})
