/** `secwrap render --watch` at work: what it says can be waited for, and nothing of it is left at the end. */
import { request } from 'node:http'
import { type Artifact, BARE_ENVIRONMENT } from './secwrap.ts'
import { startProgram, type WatchedRun } from './watched-run.ts'

export interface SidecarOptions {
  readonly artifact: Artifact
  readonly cwd: string
  readonly args: readonly string[] // flags and SOURCE:TARGET
  readonly env?: Readonly<Record<string, string>>
  readonly prefix?: readonly string[]
}

export function startSidecar({ artifact, cwd, args, env, prefix = [] }: SidecarOptions): WatchedRun {
  const level = ['--log-level', 'info']
  const argv = [...prefix, ...artifact.argv, 'render', '--watch', ...level, ...args]
  return startProgram(argv, cwd, { ...BARE_ENVIRONMENT, ...env })
}

/** Waits until it says where it listens. */
export async function addressOf(run: WatchedRun): Promise<string> {
  const [, address = ''] = await run.says(/listening on (\S+)\n/)
  return address
}

/** @param address - as --listen has it. @returns status and body. */
export function ask(
  address: string,
  path: string,
  method = 'GET',
): Promise<readonly [status: number, text: string]> {
  const socketPath = /^unix:(.*)/.exec(address)?.[1]
  const place = socketPath === undefined ? new URL(`http://${address}`) : { socketPath }
  const options =
    place instanceof URL ? { hostname: place.hostname.replace(/[[\]]/g, ''), port: place.port } : place
  return new Promise((done, fail) => {
    const sent = request({ ...options, path, method, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => done([response.statusCode ?? 0, Buffer.concat(chunks).toString()]))
      response.on('error', fail)
    })
    sent.on('error', fail)
    sent.end()
  })
}

/** Asks again until the answer has this status; fails after ten seconds. */
export async function waitForStatus(address: string, path: string, status: number): Promise<void> {
  const end = Date.now() + 10_000
  for (;;) {
    const [found] = await ask(address, path)
    if (found === status) return
    if (Date.now() > end) throw new Error(`${path} stays ${found}`)
    await new Promise(done => setTimeout(done, 20))
  }
}
