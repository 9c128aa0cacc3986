/** `exec --watch` when its resolver is killed between two steps; while it reads or waits: watch-stores, watch-faults. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, type Artifact } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { startWatch } from '../helpers/watched-run.ts'

const KILL_RESOLVER = `${import.meta.dirname}/../fixtures/kill-resolver.py`
const FLAGS = ['--interval', '0.5', '--debounce', '0.1', '--log-level', 'info']
const COMMAND = ['sh', '-c', 'echo "value $A end"; while [ ! -e leave ]; do sleep 0.05; done; exit 7']
const STARTED = /value (\S+) end/

/** A command with a secret, whose first or second resolver is killed at a step. */
function start(artifact: Artifact, step: string, resolver: 1 | 2) {
  const folder = createFolder()
  folder.write('.env.template', 'A=file://./value\n')
  folder.write('value', 'one', 0o600)
  const prefix = ['python3', KILL_RESOLVER, step, `${resolver}`]
  const run = startWatch({ artifact, cwd: folder.path, flags: FLAGS, command: COMMAND, prefix })
  return { folder, run }
}

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(['opener', 'resolver', 'execve'])(
    'at the first start, as %s: secwrap ends by the same signal',
    async step => {
      const { folder, run } = start(artifact, step, 1)
      using _folder = folder
      await using _run = run
      await run.says(/killed/)
      await run.says(/ended -9/)
      expect(run.output()).not.toMatch(STARTED)
    },
  )

  test.each(['opener', 'resolver'])(
    'at a restart, as %s: the command runs on, and it is tried again',
    async step => {
      const { folder, run } = start(artifact, step, 2)
      using _folder = folder
      await using _run = run
      expect((await run.says(STARTED))[1]).toBe('one')
      folder.write('value', 'two', 0o600)
      await run.says(/killed/)
      await run.says(
        /no restart, as not all secrets could be read: the command keeps running with what it has/,
      )
      expect((await run.says(STARTED))[1]).toBe('two')
      folder.write('leave', '')
      await run.says(/ended 7/)
    },
  )

  test('at a restart, as it becomes the command: it is the command that was killed, and secwrap ends as that', async () => {
    const { folder, run } = start(artifact, 'execve', 2)
    using _folder = folder
    await using _run = run
    expect((await run.says(STARTED))[1]).toBe('one')
    folder.write('value', 'two', 0o600)
    await run.says(/killed/)
    await run.says(/ended -9/)
    expect(run.output()).not.toContain('value two')
  })
})
