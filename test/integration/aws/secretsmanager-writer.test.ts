/** What only Secrets Manager has: stages as check-and-set, request tokens, deletion that keeps the name, binary secrets. */
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'
import type { Inherited, SecretId, WriteOptions, Writer } from '../../../src/core/types.ts'
import { createWriter } from '../../../src/providers/secrets-manager-writer.ts'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { type Credentials, callsOf, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, createKey, REGION } from './parameter-store.ts'
import { envOf, idOf } from './secrets-store.ts'

const PLANTED = 'planted-managed-value-61be'

const { aws } = openLab()
const credentials = unrestricted()
const client = new SecretsManagerClient({ region: REGION, endpoint: aws.endpoint, credentials })
afterAll(() => client.destroy())

function open(caller: Credentials = credentials, env: Inherited = {}): Writer {
  return createWriter({}, contextOf({ ...envOf(caller), ...env }))
}

function write(id: SecretId, text: string, options: WriteOptions = {}, writer = open()) {
  return writer.write(id, new Secret(text), options, deadline())
}

function fail(run: () => Promise<unknown>) {
  return failureOf(run, [PLANTED, 'lab-secret-access-key'])
}

function newId(): SecretId {
  return idOf(uniqueName('secret'))
}

async function create(id: SecretId, more: Partial<CreateSecretCommandInput> = {}): Promise<string> {
  return (await client.send(new CreateSecretCommand({ Name: id.path, ...more }))).ARN ?? ''
}

async function stagesOf({ path: SecretId }: SecretId): Promise<Record<string, string[]>> {
  return (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages ?? {}
}

async function readBySdk({ path: SecretId }: SecretId) {
  return client.send(new GetSecretValueCommand({ SecretId }))
}

async function actionsOf(caller: Credentials): Promise<string[]> {
  return (await callsOf(aws, caller)).map(({ action }) => action)
}

async function userMay(actions: readonly string[]): Promise<Credentials> {
  const Action = actions.map(action => `secretsmanager:${action}`)
  return createUser(aws, { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
}

test('a new secret takes two calls, a new version one, and it keeps the KMS key', async () => {
  const [id, other] = [newId(), newId()]
  const caller = unrestricted()
  await write(id, PLANTED, {}, open(caller))
  expect(await actionsOf(caller)).toEqual(['PutSecretValue', 'CreateSecret'])
  const key = await createKey()
  await create(other, { KmsKeyId: key, Description: 'of the app', SecretString: 'old' })
  await write(other, PLANTED, {}, open(caller))
  expect((await actionsOf(caller)).slice(2)).toEqual(['PutSecretValue'])
  const described = await client.send(new DescribeSecretCommand({ SecretId: other.path }))
  expect([described.KmsKeyId, described.Description]).toEqual([key, 'of the app'])
})

test('over a version: three calls, AWSPREVIOUS follows, no label of ours is left', async () => {
  const id = newId()
  const caller = unrestricted()
  const { id: first } = await write(id, 'first')
  const { id: second } = await write(id, 'second', { ifVersion: first }, open(caller))
  expect(await actionsOf(caller)).toEqual([
    'PutSecretValue',
    'UpdateSecretVersionStage',
    'UpdateSecretVersionStage',
  ])
  expect(await stagesOf(id)).toEqual({ [first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT'] })
  expect((await readBySdk(id)).SecretString).toBe('second')
})

test('a conflict leaves AWSCURRENT where it is, and no label of ours', async () => {
  const id = newId()
  const { id: first } = await write(id, 'first')
  const { id: second } = await write(id, 'second')
  const { message } = await fail(() => write(id, PLANTED, { ifVersion: first }))
  expect(message).toBe(`secretsmanager://${id.path}: another version is the newest`)
  const stages = await stagesOf(id)
  expect([stages[first], stages[second]]).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']])
  expect(Object.values(stages).flat()).toHaveLength(2)
})

test('what can be no version id: CONFLICT, and nothing is asked', async () => {
  const caller = unrestricted()
  expect((await fail(() => write(newId(), PLANTED, { ifVersion: '3' }, open(caller)))).code).toBe('CONFLICT')
  expect(await actionsOf(caller)).toEqual([])
})

test('a secret without a value, as Terraform makes them: the first of many writers gets it', async () => {
  const id = newId()
  await create(id)
  expect(await open().current(id, deadline())).toBeUndefined()
  const texts = Array.from({ length: 4 }, (_, index) => `text ${index}`)
  const outcomes = await Promise.all(
    texts.map(text =>
      write(id, text, { ifVersion: '' }).then(
        () => 'written',
        ({ code }) => code,
      ),
    ),
  )
  expect(outcomes.filter(outcome => outcome !== 'CONFLICT')).toEqual(['written'])
  expect((await readBySdk(id)).SecretString).toBe(texts[outcomes.indexOf('written')])
  expect(Object.values(await stagesOf(id)).flat()).toEqual(['AWSCURRENT'])
})

test('who may not look whether a secret has a value is told that it exists', async () => {
  const id = newId()
  await create(id)
  const caller = await userMay(['CreateSecret', 'PutSecretValue'])
  expect((await fail(() => write(id, PLANTED, { ifVersion: '' }, open(caller)))).code).toBe('CONFLICT')
})

test('a rotation under way keeps its AWSPENDING, and the current version comes first', async () => {
  const id = newId()
  const { id: first } = await write(id, 'first')
  const pending = await client.send(
    new PutSecretValueCommand({ SecretId: id.path, SecretString: PLANTED, VersionStages: ['AWSPENDING'] }),
  )
  const { id: second } = await write(id, 'second', { ifVersion: first })
  const history = await open().history(id, deadline())
  expect(history.map(({ id, state, labels }) => [id, state, labels])).toEqual([
    [second, 'current', ['AWSCURRENT']],
    [pending.VersionId, 'previous', ['AWSPENDING']],
    [first, 'previous', ['AWSPREVIOUS']],
  ])
})

test.each<[string, (id: SecretId) => Promise<WriteOptions>]>([
  ['a first version', async () => ({})],
  ['a first version, checked', async () => ({ ifVersion: '' })],
  ['a version', async id => write(id, 'old').then(() => ({}))],
])('an answer that was lost, of %s: written again, it is the same version', async (_, prepare) => {
  const id = newId()
  const options = await prepare(id)
  const before = options.ifVersion === '' ? 0 : await countVersions(id)
  await using proxy = await startHttpProxy(aws.endpoint)
  const writer = open(credentials, { AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.address })
  const secret = new Secret(PLANTED)
  proxy.fault = ({ headers }) =>
    isWrite(headers['x-amz-target'], before, options) ? { kind: 'cut' } : undefined
  const { code, details } = await fail(() => writer.write(id, secret, options, deadline()))
  expect([code, details.retry]).toEqual(['UNAVAILABLE', {}])
  proxy.fault = () => undefined
  const { id: version } = await writer.write(id, secret, options, deadline())
  expect(await countVersions(id)).toBe(before + 1)
  expect((await readBySdk(id)).VersionId).toBe(version)
  // A write of its own, with the same value, is a version of its own.
  expect((await writer.write(id, secret, {}, deadline())).id).not.toBe(version)
})

function isWrite(target: unknown, before: number, { ifVersion }: WriteOptions): boolean {
  return target === `secretsmanager.${before === 0 || ifVersion === '' ? 'CreateSecret' : 'PutSecretValue'}`
}

async function countVersions(id: SecretId): Promise<number> {
  return (
    await open()
      .history(id, deadline())
      .catch(() => [])
  ).length
}

test('bytes by ?base64, as they are read by it', async () => {
  const id = idOf(uniqueName('binary'), undefined, { base64: 'true' })
  const bytes = Uint8Array.from([0, 255, 128, 10])
  await write(id, bytes.toBase64())
  expect((await readBySdk(id)).SecretBinary).toEqual(bytes)
  expect((await open().current(id, deadline()))?.secret.reveal()).toBe(bytes.toBase64())
  expect((await fail(() => open().current(idOf(id.path), deadline()))).code).toBe('BAD_VALUE')
  expect((await fail(() => write(id, 'no base64!'))).code).toBe('BAD_VALUE')
  await write(idOf(id.path), 'a text')
  expect((await readBySdk(id)).SecretString).toBe('a text')
})

test('64 KiB and no more, not even of many bytes a character', async () => {
  const id = newId()
  await write(id, 'ž'.repeat(32_768))
  const caller = unrestricted()
  for (const text of [`${'ž'.repeat(32_768)}a`, PLANTED.repeat(2_600), ''])
    expect((await fail(() => write(id, text, {}, open(caller)))).code).toBe('BAD_VALUE')
  expect(await actionsOf(caller)).toEqual([])
})

test('by ARN, in its own region', async () => {
  const id = newId()
  const arn = idOf(await create(id, { SecretString: 'first' }))
  const writer = open(credentials, { AWS_REGION: 'us-east-1' })
  const { id: version } = await write(arn, 'second', {}, writer)
  expect((await writer.current(arn, deadline()))?.version.id).toBe(version)
  expect(await writer.history(arn, deadline())).toHaveLength(2)
  await writer.delete(arn, {}, deadline())
  expect(await open().current(id, deadline())).toBeUndefined()
})

test('an ARN that nothing has is not made: NOT_FOUND', async () => {
  const arn = idOf(`arn:aws:secretsmanager:${REGION}:123456789012:secret:${uniqueName('none')}-a1B2c3`)
  expect((await fail(() => write(arn, PLANTED))).code).toBe('NOT_FOUND')
})

test('a deleted secret keeps its name for thirty days, and tells how to get it back', async () => {
  const id = newId()
  await write(id, PLANTED)
  await open().delete(id, {}, deadline())
  const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: id.path }))
  expect(Math.round((Number(DeletedDate) - Date.now()) / 86_400_000)).toBe(30)
  const { message, details } = await fail(() => write(id, PLANTED))
  expect(message).toBe(
    `secretsmanager://${id.path} is marked for deletion, and keeps its name (InvalidRequestException)`,
  )
  expect(details.hint).toBe(`secwrap delete --recover ${id.uri}`)
})

test('a list is read by hundred, tells version and time, and no name in other letters', async () => {
  const top = uniqueName('many')
  const names = Array.from({ length: 110 }, (_, index) => `${top}/${index}`)
  for (const Name of [...names, `${top.toUpperCase()}/a`]) await create(idOf(Name), { SecretString: PLANTED })
  const caller = await userMay(['ListSecrets'])
  const listed = await Array.fromAsync(open(caller).list(idOf(`${top}/`), deadline()))
  expect(listed.map(({ id }) => id.path).sort()).toEqual([...names].sort())
  const [{ id, version, updatedAt } = { id: newId() }] = listed
  expect([version, updatedAt]).toEqual([(await readBySdk(id)).VersionId, expect.any(Date)])
  expect(await actionsOf(caller)).toEqual(['ListSecrets', 'ListSecrets'])
})

test('versions are not written, deleted or listed by themselves: BAD_USAGE, nothing asked', async () => {
  const caller = unrestricted()
  const writer = open(caller)
  const pinned = idOf('prod/db', { stage: 'AWSPREVIOUS' })
  const attempts = [
    () => write(pinned, PLANTED, {}, writer),
    () => writer.delete(pinned, {}, deadline()),
    async () => Array.fromAsync(writer.list(pinned, deadline())),
  ]
  for (const attempt of attempts) expect((await fail(attempt)).code).toBe('BAD_USAGE')
  expect(await actionsOf(caller)).toEqual([])
})

type Run = (writer: Writer, id: SecretId) => Promise<unknown>

test.each<[string, readonly string[], Run]>([
  [
    'a first write',
    ['PutSecretValue', 'CreateSecret'],
    (writer, id) => write({ ...id, path: `${id.path}-new` }, PLANTED, {}, writer),
  ],
  [
    'a first write, checked',
    ['CreateSecret'],
    (writer, id) => write({ ...id, path: `${id.path}-new` }, PLANTED, { ifVersion: '' }, writer),
  ],
  ['a write', ['PutSecretValue'], (writer, id) => write(id, PLANTED, {}, writer)],
  [
    'a write over a version',
    ['PutSecretValue', 'UpdateSecretVersionStage'],
    async (writer, id) => write(id, PLANTED, { ifVersion: (await readBySdk(id)).VersionId ?? '' }, writer),
  ],
  ['current', ['GetSecretValue'], (writer, id) => writer.current(id, deadline())],
  ['history', ['ListSecretVersionIds'], (writer, id) => writer.history(id, deadline())],
  ['list', ['ListSecrets'], (writer, id) => Array.fromAsync(writer.list(id, deadline()))],
  ['delete', ['DeleteSecret'], (writer, id) => writer.delete(id, {}, deadline())],
  [
    'destroy',
    ['DescribeSecret', 'DeleteSecret'],
    (writer, id) => writer.delete(id, { destroy: true }, deadline()),
  ],
  [
    'recover',
    ['DescribeSecret', 'RestoreSecret'],
    async (writer, id) => {
      await open()
        .delete(id, {}, deadline())
        .catch(() => {})
      await writer.delete(id, { recover: true }, deadline())
    },
  ],
])('%s needs %j, and tells which is missing', async (_, actions, run) => {
  const id = newId()
  await create(id, { SecretString: PLANTED })
  for (const missing of actions) {
    const caller = await userMay(['TagResource', ...actions.filter(action => action !== missing)])
    const { code, message, details } = await fail(() => run(open(caller), id))
    expect([code, message]).toEqual([
      'DENIED',
      expect.stringContaining(`secretsmanager:${missing} is missing`),
    ])
    expect(details.hint).toContain(`allow secretsmanager:${missing} on `)
  }
  await run(open(await userMay(actions)), id)
})

test.each([
  ['LimitExceededException', 'BAD_CONFIG'],
  ['InvalidParameterException', 'BAD_VALUE'],
  ['InvalidRequestException', 'BAD_CONFIG'],
  ['EncryptionFailure', 'BAD_CONFIG'],
  ['ExpiredTokenException', 'DENIED'],
])('a write that ends with %s: %s', async (error, code) => {
  const caller = unrestricted()
  await plantFault(aws, caller, { error })
  const failure = await fail(() => write(newId(), PLANTED, {}, open(caller)))
  expect([failure.code, failure.details.retry, failure.message.includes(error)]).toEqual([
    code,
    undefined,
    true,
  ])
})
