/** Requests at a steady rate, whatever becomes of the ones before. */
import { type ClientRequest, request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface Load {
  /** Of each request that was not answered with 200: its error code or status. */
  readonly failures: readonly string[]
  readonly sent: number
  /** Waits for the answers that are still to come. */
  stop(): Promise<void>
}

/** Each on a connection of its own. */
export function startLoad(port: number, everyMs: number): Load {
  return repeat(() => answerTo(request({ host: '127.0.0.1', port, agent: false })), everyMs)
}

export interface TlsLoad extends Load {
  readonly serials: ReadonlySet<string> // of the certificates that were shown
}

/** The same over TLS, where a certificate of another authority or name, or of another time, is a failure as well. */
export function startTlsLoad(
  port: number,
  trust: { ca: string; servername: string },
  everyMs: number,
): TlsLoad {
  const serials = new Set<string>()
  const ask = async () => {
    const asking = requestOverTls({ host: '127.0.0.1', port, agent: false, ...trust })
    asking.on('response', ({ socket }) => {
      serials.add((socket as TLSSocket).getPeerCertificate().serialNumber)
    })
    return answerTo(asking)
  }
  return Object.assign(repeat(ask, everyMs), { serials })
}

function repeat(ask: () => Promise<string | undefined>, everyMs: number): Load {
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  const send = () => {
    load.sent++
    const answered = ask().then(failure => {
      if (failure !== undefined) failures.push(failure)
      open.delete(answered)
    })
    open.add(answered)
  }
  const timer = setInterval(send, everyMs)
  const load = {
    failures,
    sent: 0,
    async stop() {
      clearInterval(timer)
      await Promise.all(open)
    },
  }
  return load
}

/** @returns undefined if all is well. */
function answerTo(asking: ClientRequest): Promise<string | undefined> {
  return new Promise(done => {
    asking.on('response', answer => {
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
