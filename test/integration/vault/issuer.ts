/** Whoever issues tokens and confirms them: a CI system, a cluster. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

export const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const foreignKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Signed for `vault` by `ci`, good for a minute, unless the claims say otherwise. */
export function createJwt(claims: object, key = keys.privateKey): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 60
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: 'ci', aud: ['vault'], sub: 'job', exp, ...claims })}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

/** A server on loopback that gives one answer, and ends with the block. */
export async function serve(answer: RequestListener): Promise<AsyncDisposable & { address: string }> {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
