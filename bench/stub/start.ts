import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bun } from '../../scripts/bun.mjs'

export interface Stub {
  /** The base URL whose answers take this long. */
  url(delayMs: number): string
  /** Requests by kind since the last call. */
  takeCounts(): Promise<Readonly<Record<string, number>>>
  /** Gives every secret another version. */
  change(): Promise<void>
  /** When the first answer after the last change went out, in milliseconds since 1970; null before that. */
  seenAt(): Promise<number | null>
  stop(): Promise<void>
}

/** Starts server.ts as a process of its own, with one port a delay. */
export async function startStub(delaysMs: readonly number[]): Promise<Stub> {
  const script = fileURLToPath(new URL('server.ts', import.meta.url))
  const stub = spawn(bun, [script, ...delaysMs.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(stub.stdout, 'data')) as [Buffer]
  const ports = JSON.parse(line.toString()) as number[]
  const url = (delayMs: number) => `http://127.0.0.1:${ports[delaysMs.indexOf(delayMs)]}`
  const control = async (word: string) => (await fetch(`${url(delaysMs[0] ?? 0)}/${word}`)).json()
  return {
    url,
    takeCounts: () => control('counts'),
    change: () => control('change'),
    seenAt: () => control('seen'),
    stop: () => end(stub),
  }
}

async function end(stub: ChildProcess): Promise<void> {
  const ended = once(stub, 'exit')
  stub.stdin?.end()
  await ended
}
