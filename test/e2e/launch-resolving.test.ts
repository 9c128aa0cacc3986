/** What holds while secrets are read: signals end the program at once, and nobody reads its memory. */
import { chmodSync, constants, copyFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type HeldRun, whileResolving } from '../helpers/held-run.ts'
import { ARTIFACTS, COMPILED, run } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const NOBODY = 65534
const isRoot = process.getuid?.() === 0

// PID 1 of a namespace of its own. Only root needs no namespace of users for that.
const AS_PID_1 = [
  'unshare',
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
]

/** The process that `unshare --fork` has started. */
function childOf({ child: { pid } }: HeldRun): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}

describe.each(ARTIFACTS)('$name', artifact => {
  test.each([
    ...[['SIGTERM'], ['SIGINT'], ['SIGHUP'], ['SIGQUIT']],
    ['SIGUSR1'], // at which Node would open a debugger
  ] as const)('%s ends it', async signal => {
    await whileResolving(artifact, async ({ child, end, folder }) => {
      child.kill(signal)
      expect(await end).toEqual([null, signal])
      expect(existsSync(`${folder}/started`)).toBe(false)
    })
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('as PID 1, %s ends it with %i', async (signal, code) => {
    const prefix = AS_PID_1
    await whileResolving(
      artifact,
      async held => {
        process.kill(childOf(held), signal)
        expect(await held.end).toEqual([code, null])
        expect(existsSync(`${held.folder}/started`)).toBe(false)
      },
      { prefix },
    )
  })

  test('as PID 1, a signal that the caller ignores stays ignored', async () => {
    const prefix = [...AS_PID_1, 'sh', '-c', 'trap "" HUP; exec "$@"', 'sh']
    await whileResolving(
      artifact,
      async held => {
        process.kill(childOf(held), 'SIGHUP')
        process.kill(childOf(held), 'SIGTERM')
        expect(await held.end).toEqual([143, null])
      },
      { prefix },
    )
  })
})

describe('as an ordinary user', () => {
  // Root may read everything, so root's tests run the program as somebody else, from where that one can reach it.
  const user = isRoot ? NOBODY : Number(process.getuid?.())
  // A process that may be dumped owns its files in /proc, another's belong to root. Source: proc(5).
  const ownerOf = (pid: number | undefined) => statSync(`/proc/${pid}/mem`).uid

  test('its memory is closed to other processes of its user, and the command is as ever', async () => {
    using folder = createFolder()
    chmodSync(folder.path, 0o755)
    const program = `${folder.path}/secwrap`
    copyFileSync(String(COMPILED.argv[0]), program, constants.COPYFILE_FICLONE)
    await whileResolving(
      { name: 'copy', argv: [program] },
      async ({ child }) => expect(ownerOf(child.pid)).toBe(0),
      { user },
    )
    folder.write('.env.template', '', 0o644)
    const argv = [program, 'exec', '--', 'sh', '-c', 'stat -c %u /proc/$$/mem']
    expect(await run(argv, { cwd: folder.path, user })).toMatchObject({ stdout: `${user}\n`, exitCode: 0 })
  })
})
