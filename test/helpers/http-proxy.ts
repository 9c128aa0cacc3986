/**
 * An HTTP server in front of a store: passes requests on, writes them down, and answers by itself where a test
 * asks for a fault. The Host header stays, so signed requests still hold.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string // with its query
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Fault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'hang' } // takes the request and says nothing
  | { readonly kind: 'cut' } // breaks off in the middle of the store's own answer
  | { readonly kind: 'late'; readonly delayMs: number }

export interface HttpProxy extends AsyncDisposable {
  readonly address: string // http://127.0.0.1:PORT
  readonly requests: readonly SeenRequest[]
  /** What happens to a request; undefined passes it on. */
  fault: (request: SeenRequest) => Fault | undefined
  stop(): Promise<void>
}

/** `target` is where the store is, over plain HTTP; with `tls` the proxy itself speaks HTTPS. */
export async function startHttpProxy(
  target: string,
  tls?: { cert: string; key: string },
): Promise<HttpProxy> {
  const requests: SeenRequest[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const seen = await readRequest(incoming)
    requests.push(seen)
    const fault = proxy.fault(seen)
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'answer') return void outgoing.writeHead(fault.status, fault.headers).end(fault.body)
    if (fault?.kind === 'late') await new Promise(resolve => setTimeout(resolve, fault.delayMs))
    passOn(target, seen, outgoing, fault?.kind === 'cut')
  }
  const server = tls ? createTlsServer(tls, answer) : createServer(answer)
  const stop = stopOnce(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const address = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  const proxy: HttpProxy = { address, requests, fault: () => undefined, stop, [Symbol.asyncDispose]: stop }
  return proxy
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { method = '', url = '', headers } = incoming
  return { method, path: url, headers, body: Buffer.concat(chunks).toString() }
}

function passOn(
  target: string,
  { method, path, headers, body }: SeenRequest,
  outgoing: ServerResponse,
  isCut: boolean,
): void {
  const onward = request(new URL(path, target), { method, headers, agent: false }, response => {
    if (!isCut) {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
      return
    }
    response.once('data', (chunk: Buffer) => {
      const { 'transfer-encoding': _, ...kept } = response.headers
      outgoing.writeHead(response.statusCode ?? 502, { ...kept, 'content-length': '100000' })
      outgoing.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => outgoing.destroy())
    })
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  onward.end(body)
}

function stopOnce(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return async () => {
    if (!server.listening) return
    const over = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await over
  }
}
