/** What EC2 tells an instance. */
import { expect, test } from '@jest/globals'
import type { Answer, Asked } from '../../helpers/metadata-server.ts'
import { unrestricted } from '../../lab/aws-access.ts'
import {
  aws,
  fail,
  inBothRuntimes,
  instanceEnv,
  instanceOf,
  isUsed,
  metadataOf,
  PLANTED,
  ROLES,
  read,
  serve,
  withVariables,
} from './sources.ts'

inBothRuntimes(() => {
  test('an instance: a token, its role, the keys of the role', async () => {
    const keys = unrestricted()
    const server = await serve(instanceOf(keys))
    expect(await read(instanceEnv(server))).toBe('a text')
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /latest/api/token',
      `GET ${ROLES}`,
      `GET ${ROLES}app%20role`,
    ])
    expect(await isUsed(keys)).toBe(true)
  })

  test('an instance is asked past the proxy', async () => {
    const proxy = await serve(() => [200, metadataOf(unrestricted())])
    const server = await serve(instanceOf(unrestricted()))
    const variables = { HTTP_PROXY: proxy.address, NO_PROXY: new URL(aws.endpoint).host }
    await withVariables(variables, async () => {
      expect(await read(instanceEnv(server))).toBe('a text')
    })
    expect(proxy.asked.filter(({ path }) => path.includes('latest'))).toEqual([])
  })

  test.each<[string, (asked: Asked) => Answer, string]>([
    ['gives no token', () => [403, ''], 'DENIED'],
    ['is not for us', () => [404, ''], 'DENIED'],
    ['keeps silent', () => undefined, 'DENIED'],
    ['has no role', ({ method }) => (method === 'PUT' ? [200, PLANTED] : [404, '']), 'DENIED'],
    ['fails', ({ method }) => (method === 'PUT' ? [200, PLANTED] : [500, PLANTED]), 'UNAVAILABLE'],
    ['answers nonsense', () => [200, PLANTED], 'UNAVAILABLE'],
  ])('a metadata service that %s', async (_, answer, code) => {
    const env = { ...instanceEnv(await serve(answer)), AWS_METADATA_SERVICE_TIMEOUT: '0.2' }
    const failure = await fail(env)
    expect([failure.code, failure.details.retry !== undefined]).toEqual([code, code === 'UNAVAILABLE'])
  })

  test('a metadata service that is switched off is not asked', async () => {
    const server = await serve(instanceOf(unrestricted()))
    expect((await fail({ ...instanceEnv(server), AWS_EC2_METADATA_DISABLED: 'true' })).code).toBe('DENIED')
    expect(server.asked).toEqual([])
  })
})
