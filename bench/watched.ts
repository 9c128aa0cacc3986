/** One run of a program that stays, `exec --watch` or `render --watch`, and says by a line what it has started. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { childrenOf, endedChildrenOf } from './proc.ts'
import type { Row } from './rows.ts'

export interface Watched extends AsyncDisposable {
  readonly pid: number // of the process that stays
  /** When the next command or program started, in milliseconds since 1970. */
  started(): Promise<number>
  /** Returns between two looks, after the first one. */
  hasLooked(): Promise<void>
  /** Asks for a look. */
  look(): void
}

/** Starts one, with these flags beside those that it has. */
export type StartWatched = (...flags: readonly string[]) => Watched

/** To be started: tells when that was. */
export const TELL_START = 'date +%s%3N'

/** @param children - that it has between two looks. */
export function startWatched(
  { files: [file = ''], env, cwd }: Row,
  args: readonly string[],
  children: number,
): Watched {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const pid = child.pid ?? 0
  return {
    pid,
    started: async () => Number((await lines.next()).value),
    hasLooked: () => until(() => endedChildrenOf(pid).pageFaults > 0 && childrenOf(pid).length === children),
    look: () => child.kill('SIGHUP'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL') // the command goes with it
      await once(child, 'close')
    },
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(5)
}
