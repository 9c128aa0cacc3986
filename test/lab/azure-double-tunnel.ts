/** An HTTPS proxy whose every tunnel ends at one server, so that real host names can be used on loopback. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type Issued, PKI } from './certificates.ts'
import { callOpenBao, type OpenBao } from './index.ts'

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

/** A server certificate for names that are not ours, by the lab's authority. */
export async function issueFor(
  openbao: OpenBao,
  names: readonly string[],
): Promise<{ cert: string; key: string }> {
  const request = { common_name: names[0], alt_names: names.join(','), ip_sans: '127.0.0.1', ttl: '24h' }
  const { data } = await callOpenBao(openbao, 'POST', `${PKI}/issue/lab`, request)
  const { certificate, private_key } = data as Issued
  return { cert: certificate, key: private_key }
}
