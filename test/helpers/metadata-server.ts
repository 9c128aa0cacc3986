/** A server on loopback that hands out credentials as the platform does: routes of the test's own, and what was asked. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** `undefined` keeps the asker waiting. */
export type Answer = readonly [status: number, body: string] | undefined

export interface MetadataServer {
  readonly address: string // http://127.0.0.1:PORT
  readonly asked: readonly Asked[]
  stop(): Promise<void>
}

export async function startMetadataServer(answer: (asked: Asked) => Answer): Promise<MetadataServer> {
  const asked: Asked[] = []
  const server = createServer(({ method = '', url = '', headers }, response) => {
    const seen = { method, path: url, headers }
    asked.push(seen)
    const [status, body] = answer(seen) ?? []
    if (status !== undefined) response.writeHead(status).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    async stop() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}
