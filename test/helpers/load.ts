/** Requests at a steady rate, whatever becomes of the ones before. */
import { request } from 'node:http'

export interface Load {
  /** Of each request that was not answered with 200: its error code or status. */
  readonly failures: readonly string[]
  readonly sent: number
  readonly slowestMs: number
  /** Waits for the answers that are still to come. */
  stop(): Promise<void>
}

export function startLoad(port: number, everyMs: number): Load {
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  const load = { failures, sent: 0, slowestMs: 0, stop }
  const send = () => {
    load.sent++
    const begun = performance.now()
    const answered = ask(port).then(failure => {
      if (failure !== undefined) failures.push(failure)
      load.slowestMs = Math.max(load.slowestMs, performance.now() - begun)
      open.delete(answered)
    })
    open.add(answered)
  }
  const timer = setInterval(send, everyMs)
  async function stop(): Promise<void> {
    clearInterval(timer)
    await Promise.all(open)
  }
  return load
}

/** @returns undefined if all is well. */
function ask(port: number): Promise<string | undefined> {
  return new Promise(done => {
    const asking = request({ host: '127.0.0.1', port, agent: false }, answer => {
      answer.resume()
      answer.on('close', () => {
        if (!answer.complete) done('cut off')
        else done(answer.statusCode === 200 ? undefined : `HTTP ${answer.statusCode}`)
      })
    })
    asking.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'unknown'))
    asking.end()
  })
}
