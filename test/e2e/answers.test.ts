/** Answers of any size, packed or not: what is too much is given up, not held. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'

const MIB = 1024 * 1024
const BOMB = gzipSync(Buffer.alloc(256 * MIB))
const PACKED = gzipSync('{"data":{"a":"packed"}}')
const piece = Buffer.alloc(MIB, 'x')

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** As much as is taken. */
const pour: RequestListener = (_, response) => pourInto(response, piece)

function pourInto(stream: Writable, bytes: Uint8Array): void {
  while (!stream.destroyed) {
    if (!stream.write(bytes)) return void stream.once('drain', () => pourInto(stream, bytes))
  }
}

/** Two headers that contradict each other: the chunks hold. */
const pourBehindLength: RequestListener = (_, { socket }) => {
  socket?.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n')
  if (socket)
    pourInto(socket, Buffer.concat([Buffer.from(`${MIB.toString(16)}\r\n`), piece, Buffer.from('\r\n')]))
}

const CASES: readonly (readonly [string, RequestListener, number, string, string])[] = [
  ['without end', pour, 69, '', 'gave an answer of more than 32 MiB [UNAVAILABLE]'],
  [
    'that says it is longer than that',
    (_, response) => response.writeHead(200, { 'content-length': 2 ** 40 }).write('{}'),
    ...[69, '', 'gave an answer of more than 32 MiB [UNAVAILABLE]'],
  ] as const,
  [
    'that is as long once it is unpacked',
    (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': BOMB.length }).end(BOMB),
    ...[69, '', 'gave an answer of more than 32 MiB [UNAVAILABLE]'],
  ] as const,
  [
    'that is packed',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(PACKED),
    ...[0, 'packed', ''],
  ] as const,
  [
    'in pieces, one in the middle of a letter',
    (_, response) => {
      const bytes = Buffer.from('{"data":{"a":"in pi\u00e9ces"}}')
      response.write(bytes.subarray(0, 20))
      setTimeout(() => response.end(bytes.subarray(20)), 20)
    },
    ...[0, 'in pi\u00e9ces', ''],
  ] as const,
]

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(CASES)('an answer %s', async (_, listener, status, value, said) => {
    await using server = await serve(listener)
    const env = { VAULT_ADDR: server.address, VAULT_TOKEN: 'token' }
    const { exitCode, stdout, stderr } = await secwrap(['get', 'vault://sys/x#a'], { artifact, env })
    expect([exitCode, stdout]).toEqual([status, value])
    expect(stderr.split('\n')[0]).toBe(said && `secwrap: error: vault at ${server.address} ${said}`)
  })

  test('an answer without end behind a length of 10 bytes', async () => {
    await using server = await serve(pourBehindLength)
    const env = { VAULT_ADDR: server.address, VAULT_TOKEN: 'token' }
    const result = await secwrap(['get', '--timeout', '5', 'vault://sys/x#a'], { artifact, env })
    expect([result.exitCode, result.stdout]).toEqual([69, ''])
    expect(result.stderr).toMatch(/^secwrap: error: vault at .* \[UNAVAILABLE\]\n/)
  })
})
