/**
 * The stores of the benchmark: Parameter Store, Secrets Manager, Vault and Key Vault in one process, run by Bun
 * because its server costs the least. Whatever is asked for exists; nothing is checked, and nothing is kept.
 *
 *   bun bench/stub/server.ts DELAY_MS…
 *
 * One port a delay. The first line of standard output is the list of ports. `GET /counts` gives the requests by kind
 * since the last time it was asked, `GET /change` changes every secret, and `GET /seen` tells when that was first told
 * to somebody. It ends when its standard input does.
 */
import type { Answer } from './answer.ts'
import { answerAws } from './aws.ts'
import { answerAzure } from './azure.ts'
import { change, noteAnswer, seenAt } from './change.ts'
import { answerVault } from './vault.ts'

interface BunServer {
  readonly port: number
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    fetch(request: Request): Response | Promise<Response>
  }): BunServer
}

const counts: Record<string, number> = {}

const CONTROLS: Readonly<Record<string, () => unknown>> = {
  '/counts': takeCounts,
  '/change': change,
  '/seen': seenAt,
}

const ports = process.argv.slice(2).map(delay => listen(Number(delay)).port)
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit()).resume()

function listen(delayMs: number): BunServer {
  return Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const path = request.url.slice(request.url.indexOf('/', 'http://'.length))
      const control = CONTROLS[path]
      if (control) return Response.json(control() ?? null)
      const { kind, body, ...init } = await answer(request, path)
      counts[kind] = (counts[kind] ?? 0) + 1
      if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
      noteAnswer()
      return Response.json(body, init)
    },
  })
}

function answer(request: Request, path: string): Answer | Promise<Answer> {
  if (path.startsWith('/v1/')) return answerVault(request, path)
  return request.method === 'GET' ? answerAzure(request, path) : answerAws(request)
}

function takeCounts(): Record<string, number> {
  const taken = { ...counts }
  for (const kind in counts) delete counts[kind]
  return taken
}
