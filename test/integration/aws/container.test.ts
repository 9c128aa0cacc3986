/** What ECS and EKS tell a container. */
import { expect, test } from '@jest/globals'
import type { Answer } from '../../helpers/metadata-server.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { unrestricted } from '../../lab/aws-access.ts'
import { fail, inBothRuntimes, metadataOf, PLANTED, read, serve } from './sources.ts'

inBothRuntimes(() => {
  test.each(['variable', 'file'])('a container, its token by %s', async how => {
    using folder = createFolder()
    const server = await serve(() => [200, metadataOf(unrestricted())])
    const token =
      how === 'file'
        ? { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: folder.write('token', `${PLANTED}\n`) }
        : { AWS_CONTAINER_AUTHORIZATION_TOKEN: PLANTED }
    const address = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.address}/v1/credentials?id=7` }
    expect(await read({ ...address, ...token })).toBe('a text')
    expect(server.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/v1/credentials?id=7', PLANTED],
    ])
  })

  test.each<[string, Answer, string, boolean]>([
    ['refuses', [403, PLANTED], 'DENIED', false],
    ['fails', [500, PLANTED], 'UNAVAILABLE', true],
    ['throttles', [429, PLANTED], 'UNAVAILABLE', true],
    ['answers no JSON', [200, `<html>${PLANTED}`], 'UNAVAILABLE', true],
    ['answers other JSON', [200, `{"AccessKeyId":"${PLANTED}"}`], 'UNAVAILABLE', true],
  ])('a container service that %s', async (_, answer, code, isRetried) => {
    const server = await serve(() => answer)
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: server.address,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: PLANTED,
    }
    const failure = await fail({ ...env })
    expect([failure.code, failure.details.retry !== undefined]).toEqual([code, isRetried])
  })

  test.each([
    ['another host in clear', 'http://credentials.example/', PLANTED],
    ['a host that begins like loopback', 'http://127.0.0.1.credentials.example/', PLANTED],
    ['another scheme', 'file:///etc/passwd', PLANTED],
    ['no address', 'nonsense', PLANTED],
    ['a token of two lines', 'http://127.0.0.1:9/', `${PLANTED}\r\nHost: x`],
  ])('container credentials from %s: BAD_CONFIG', async (_, address, token) => {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: address, AWS_CONTAINER_AUTHORIZATION_TOKEN: token }
    expect((await fail({ ...env })).code).toBe('BAD_CONFIG')
  })
})
