/** `--watch` where its user may start no other process for a while: it says so, and goes on when it may again. */
import { chownSync, readFileSync } from 'node:fs'
import { describe, expect } from '@jest/globals'
import { isRoot } from '../helpers/container.ts'
import { testWith } from '../helpers/needs.ts'
import { ARTIFACTS, run } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { isAlive, startWatch, TELLING, TOLD, type WatchedRun } from '../helpers/watched-run.ts'

const PATIENCE_MS = 30_000
/** Who runs nothing else: the kernel counts processes by user, and root may have as many as it likes. */
const USER = 64_321
const AS_USER = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups']

interface Project extends Disposable {
  readonly path: string
  put(value: string): void
}

function createProject(): Project {
  const folder = createFolder()
  const write = (name: string, text: string) => chownSync(folder.write(name, text), USER, USER)
  write('value', 'one')
  write('.env.template', `A=file://${folder.path}/value\n`)
  write('in.conf', `A=\${file://${folder.path}/value}\n`)
  chownSync(folder.path, USER, USER)
  return { path: folder.path, put: value => write('value', value), [Symbol.dispose]: folder[Symbol.dispose] }
}

/** Lets the user of this process start none until it is disposed of. */
async function forbidProcesses({ pid }: WatchedRun): Promise<AsyncDisposable> {
  const prlimit = (...args: readonly string[]) => run([...AS_USER, 'prlimit', `--pid=${pid}`, ...args], {})
  const { stdout: before } = await prlimit('--nproc', '--output=SOFT', '--noheadings')
  expect(await prlimit('--nproc=1:')).toMatchObject({ exitCode: 0 })
  return {
    async [Symbol.asyncDispose]() {
      expect(await prlimit(`--nproc=${before.trim()}:`)).toMatchObject({ exitCode: 0 })
    },
  }
}

const FLAGS = ['--interval', '0.3', '--debounce', '0.5', '--log-level', 'info']

const testAsRoot = testWith(isRoot, 'root')

describe.each(ARTIFACTS)('$name', artifact => {
  const start = (project: Project, flags: readonly string[] = []) =>
    startWatch({
      artifact,
      cwd: project.path,
      prefix: AS_USER,
      flags: [...FLAGS, ...flags],
      command: TELLING,
    })

  testAsRoot(
    'no poller: the command keeps running, and is current again afterwards',
    async () => {
      using project = createProject()
      await using watched = start(project)
      const [, , pid] = await watched.says(TOLD)
      {
        await using _ = await forbidProcesses(watched)
        await watched.says(/secwrap: warn: the poller could not be started \(EAGAIN\)/)
        await watched.says(
          /the secrets could not be looked at: since \S+ the command runs with what was read/,
        )
        expect(isAlive(Number(pid))).toBe(true)
        project.put('two')
      }
      await watched.says(/all secrets can be read again/)
      expect((await watched.says(TOLD))[1]).toBe('two')
    },
    PATIENCE_MS,
  )

  testAsRoot(
    'no resolver: the restart waits',
    async () => {
      using project = createProject()
      await using watched = start(project)
      await watched.says(TOLD)
      project.put('two')
      await watched.says(/secwrap: info: changed/)
      {
        await using _ = await forbidProcesses(watched)
        await watched.says(/secwrap: warn: the resolver could not be started \(EAGAIN\)/)
        await watched.says(/no restart, as not all secrets could be read: the command keeps running/)
      }
      expect((await watched.says(TOLD))[1]).toBe('two')
    },
    PATIENCE_MS,
  )

  testAsRoot(
    'no look: the files stay, and are current again afterwards',
    async () => {
      using project = createProject()
      const args = [...FLAGS, 'in.conf:out.conf']
      await using sidecar = startSidecar({ artifact, cwd: project.path, prefix: AS_USER, args })
      await sidecar.says(/written/)
      {
        await using _ = await forbidProcesses(sidecar)
        await sidecar.says(/secwrap: warn: the look could not be started \(EAGAIN\)/)
        await sidecar.says(/the look failed: since \S+ the files stay as they are/)
        project.put('two')
      }
      await sidecar.says(/the files are current again/)
      expect(readFileSync(`${project.path}/out.conf`, 'utf8')).toBe('A=two\n')
    },
    PATIENCE_MS,
  )
})
