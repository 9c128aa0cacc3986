/** One run of `exec --watch`, with a command that says when it starts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { childrenOf, endedChildrenOf } from './proc.ts'
import type { Row } from './rows.ts'

export interface Watched extends AsyncDisposable {
  readonly pid: number // of the supervisor
  /** When the next command started, in milliseconds since 1970. */
  started(): Promise<number>
  /** Returns between two looks, after the first one. */
  hasPolled(): Promise<void>
}

/** @param row - `exec -- true` of a scenario. */
export function startWatched({ files: [file = ''], args, env, cwd }: Row, flags: readonly string[]): Watched {
  const own = args.slice(0, args.indexOf('--'))
  const command = ['sh', '-c', 'date +%s%3N; exec sleep 600']
  const child = spawn(file, [...own, '--watch', ...flags, '--', ...command], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const pid = child.pid ?? 0
  return {
    pid,
    started: async () => Number((await lines.next()).value),
    hasPolled: () => until(() => endedChildrenOf(pid).pageFaults > 0 && childrenOf(pid).length === 1),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL') // the command goes with it
      await once(child, 'close')
    },
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(5)
}
