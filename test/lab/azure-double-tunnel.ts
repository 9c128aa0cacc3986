/** An HTTPS proxy whose every tunnel ends at one server, so that real host names can be used on loopback. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface Tunnel {
  readonly address: string // for HTTPS_PROXY
  readonly hosts: ReadonlySet<string> // asked for so far
  stop(): Promise<void>
}

export async function startTunnel(target: string): Promise<Tunnel> {
  const { hostname, port } = new URL(target)
  const [hosts, sockets] = [new Set<string>(), new Set<Socket>()]
  const track = (socket: Socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)))
    return socket
  }
  const proxy = createServer().on('connect', ({ url = '' }, client: Socket) => {
    hosts.add(url.replace(/:443$/, ''))
    const server = track(connect(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n')))
    server.pipe(track(client)).pipe(server)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    hosts,
    async stop() {
      const over = once(proxy, 'close')
      proxy.close()
      for (const socket of sockets) socket.destroy()
      await over
    },
  }
}
