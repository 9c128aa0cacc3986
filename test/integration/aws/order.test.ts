/** Which source wins, and how often it is asked. */
import { expect, test } from '@jest/globals'
import type { Inherited } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/ssm.ts'
import type { Answer } from '../../helpers/metadata-server.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { unrestricted } from '../../lab/aws-access.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, idOf } from './parameter-store.ts'
import {
  BARE,
  iniOf,
  instanceOf,
  isUsed,
  keysOf,
  metadataOf,
  PLANTED,
  read,
  serve,
  serveProxy,
  webIdentityEnv,
} from './sources.ts'

test('the first source that has credentials is used, and no later one is asked', async () => {
  using folder = createFolder()
  const [keys, profile, container, instance] = [
    unrestricted(),
    unrestricted(),
    unrestricted(),
    unrestricted(),
  ]
  folder.write('.aws/credentials', `[default]\n${iniOf(profile)}`)
  const containers = await serve(() => [200, metadataOf(container)])
  const instances = await serve(instanceOf(instance))
  const sts = await serveProxy()
  const sources: Inherited[] = [
    keysOf(keys),
    { HOME: folder.path },
    { ...(await webIdentityEnv(folder.write('token', 'token'))), AWS_ENDPOINT_URL_STS: sts.address },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: containers.address },
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: instances.address },
  ]
  const seen: unknown[] = []
  for (const first of sources.keys()) {
    const env = Object.assign({}, ...sources.slice(first), { AWS_EC2_METADATA_DISABLED: undefined })
    expect(await read(env)).toBe('a text')
    const used = await Promise.all([keys, profile, container, instance].map(isUsed))
    seen.push([...used, sts.requests.length, containers.asked.length, instances.asked.length])
  }
  // keys, profile, container and instance used; then requests to STS, the container's and the instance's service
  expect(seen).toEqual([
    [true, false, false, false, 0, 0, 0],
    [true, true, false, false, 0, 0, 0],
    [true, true, false, false, 1, 0, 0],
    [true, true, true, false, 1, 1, 0],
    [true, true, true, true, 1, 1, 3],
  ])
})

test('one look-up serves every batch and provider of a run; none before the first read', async () => {
  const server = await serve(() => [200, metadataOf(unrestricted())])
  const context = contextOf({ ...BARE, AWS_CONTAINER_CREDENTIALS_FULL_URI: server.address })
  const providers = [createProvider({}, context), createProvider({ region: 'us-east-1' }, context)]
  expect(server.asked).toEqual([])
  const reads = [1, 2, 3].flatMap(() => providers.map(one => one.read([idOf('/none')], deadline())))
  expect((await Promise.all(reads)).map(found => found.size)).toEqual([0, 0, 0, 0, 0, 0])
  expect(server.asked).toHaveLength(1)
})

test('keys that are about to end are asked for anew', async () => {
  const server = await serve(() => [200, metadataOf(unrestricted(), 30_000)])
  const context = contextOf({ ...BARE, AWS_CONTAINER_CREDENTIALS_FULL_URI: server.address })
  const provider = createProvider({}, context)
  await provider.read([idOf('/none')], deadline())
  await provider.read([idOf('/none')], deadline())
  expect(server.asked).toHaveLength(2)
})

test('a look-up that failed is made again by a retry', async () => {
  const answers: Answer[] = [
    [500, ''],
    [200, metadataOf(unrestricted())],
  ]
  const server = await serve(() => answers.shift())
  const provider = createProvider(
    {},
    contextOf({ ...BARE, AWS_CONTAINER_CREDENTIALS_FULL_URI: server.address }),
  )
  const attempt = () => provider.read([idOf('/none')], deadline())
  expect((await failureOf(attempt, [PLANTED])).code).toBe('UNAVAILABLE')
  expect((await attempt()).size).toBe(0)
})

test('a look-up that was refused is not made again', async () => {
  const server = await serve(() => [403, ''])
  const provider = createProvider(
    {},
    contextOf({ ...BARE, AWS_CONTAINER_CREDENTIALS_FULL_URI: server.address }),
  )
  for (const attempt of [1, 2]) {
    const failure = await failureOf(() => provider.read([idOf(`/none-${attempt}`)], deadline()), [PLANTED])
    expect(failure.code).toBe('DENIED')
  }
  expect(server.asked).toHaveLength(1)
})
