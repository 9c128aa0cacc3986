/** A TCP relay for what HTTP can't see: TLS passes through it untouched. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** From the next connection on: `pass`, `hold` (accepts, says nothing), `reset` (drops at once). */
  mode: 'pass' | 'hold' | 'reset'
  delayMs: number // before each connection is relayed
  readonly connections: number // so far
  stop(): Promise<void>
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    state.connections += 1
    track(socket)
    if (state.mode === 'reset') socket.resetAndDestroy()
    if (state.mode === 'pass') setTimeout(() => relay(socket, track(connect(port, host))), state.delayMs)
  })
  const track = (socket: Socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)))
    return socket
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const state = {
    port: (server.address() as { port: number }).port,
    mode: 'pass' as TcpProxy['mode'],
    delayMs: 0,
    connections: 0,
    async stop() {
      const over = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await over
    },
  }
  return state
}

function relay(left: Socket, right: Socket): void {
  left.pipe(right).pipe(left)
  left.on('close', () => right.destroy())
  right.on('close', () => left.destroy())
}
