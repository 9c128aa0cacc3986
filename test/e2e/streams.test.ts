/** Whoever shares our standard streams finds them as they were: nothing sets O_NONBLOCK on them. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, run } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const O_NONBLOCK = 0o4000

/** The flags of standard output after a program has used it, told by another that shares it. */
async function flagsAfter(argv: readonly string[], cwd: string): Promise<number> {
  const { stdout } = await run(['sh', '-c', '"$@"; cat /proc/self/fdinfo/1', 'sh', ...argv], { cwd })
  return Number.parseInt(/^flags:\s*(\d+)$/m.exec(stdout)?.[1] ?? '', 8)
}

describe.each(ARTIFACTS)('$name', ({ argv }) => {
  test.each([
    ['--help'],
    ['exec --help'],
    ['--version'],
    ['check'],
    ['get file://./secret'],
    ['export'],
    ['completion bash'],
    ['nosuch'],
    ['exec -- true'],
  ])('%s', async words => {
    using folder = createFolder()
    folder.write('.env.template', 'A=file://./secret')
    folder.write('secret', 'value')
    expect((await flagsAfter([...argv, ...words.split(' ')], folder.path)) & O_NONBLOCK).toBe(0)
  })
})

test('the look at the flags sees a program that does set it', async () => {
  const careless = `import fcntl, os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)`
  expect((await flagsAfter(['python3', '-c', careless], '/')) & O_NONBLOCK).toBe(O_NONBLOCK)
})

describe.each(ARTIFACTS)('$name, on a full disk', ({ argv }) => {
  const start = async (redirected: string, words: string) => {
    using folder = createFolder()
    folder.write('.env.template', 'A=file://./secret')
    folder.write('secret', 'value', 0o644) // with a warning
    const { exitCode, stdout, stderr } = await run(
      ['sh', '-c', `"$@" ${redirected}`, 'sh', ...argv, ...words.split(' ')],
      { cwd: folder.path },
    )
    return [exitCode, stdout, stderr.trimEnd().split('\n').at(-1)]
  }

  test('a warning that can not be written keeps no command from its start', async () => {
    expect(await start('2>/dev/full', 'exec -- echo ran')).toEqual([0, 'ran\n', ''])
  })

  test('an error that can not be written keeps its exit code', async () => {
    expect(await start('2>/dev/full', 'exec -- nosuch')).toEqual([127, '', ''])
  })

  test('what was asked for and can not be written is an error', async () => {
    expect(await start('>/dev/full', 'export --format json')).toEqual([
      78,
      '',
      "secwrap: error: standard output can't be written (ENOSPC) [BAD_CONFIG]",
    ])
  })
})
