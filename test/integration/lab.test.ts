import { expect, test } from '@jest/globals'
import { AwsClient } from 'aws4fetch'
import { type Credentials, callsOf, createUser, plantFault, unrestricted } from '../lab/aws-access.ts'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'

const lab = openLab()

test('openbao keeps what it is given', async () => {
  const path = `secret/data/${uniqueName('lab')}`
  await callOpenBao(lab.openbao, 'POST', path, { data: { a: '1' } })
  expect(await callOpenBao(lab.openbao, 'GET', path)).toMatchObject({ data: { data: { a: '1' } } })
})

test('postgres gives the database engine users of one lease', async () => {
  const mount = uniqueName('database')
  const { host, port, user, password, database } = lab.postgres
  await callOpenBao(lab.openbao, 'POST', `sys/mounts/${mount}`, { type: 'database' })
  await callOpenBao(lab.openbao, 'POST', `${mount}/config/pg`, {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/${database}?sslmode=disable`,
    username: user,
    password,
  })
  await callOpenBao(lab.openbao, 'POST', `${mount}/roles/app`, {
    db_name: 'pg',
    default_ttl: '60s',
    creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
  })
  const lease = await callOpenBao(lab.openbao, 'GET', `${mount}/creds/app`)
  expect(lease).toMatchObject({ lease_duration: 60, data: { username: expect.stringMatching(/^v-/) } })
})

async function callAws(credentials: Credentials, action: string, body: object): Promise<[number, unknown]> {
  const client = new AwsClient({ ...credentials, service: 'ssm', region: 'eu-west-1', retries: 0 })
  const response = await client.fetch(lab.aws.endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `AmazonSSM.${action}` },
    body: JSON.stringify(body),
  })
  return [response.status, await response.json()]
}

async function putParameter(value = 'x', more: object = {}): Promise<string> {
  const Name = `/${uniqueName('lab')}/a`
  const answer = await callAws(unrestricted(), 'PutParameter', {
    Name,
    Value: value,
    Type: 'SecureString',
    ...more,
  })
  expect(answer).toMatchObject([200, { Version: 1 }])
  return Name
}

test('aws answers a version with its selector', async () => {
  const name = await putParameter()
  const [, answer] = await callAws(unrestricted(), 'GetParameters', {
    Names: [`${name}:1`, '/none'],
    WithDecryption: true,
  })
  expect(answer).toMatchObject({
    Parameters: [{ Name: name, Selector: ':1', Value: 'x' }],
    InvalidParameters: ['/none'],
  })
})

test('aws refuses a standard parameter of more than 4 KiB', async () => {
  const body = { Name: `/${uniqueName('lab')}`, Value: 'x'.repeat(4097), Type: 'String' }
  expect(await callAws(unrestricted(), 'PutParameter', body)).toMatchObject([
    400,
    { __type: 'ValidationException' },
  ])
})

test.each([
  ['an unknown key', { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }, 'UnrecognizedClientException'],
  ['a wrong signature', { ...unrestricted(), secretAccessKey: 'x' }, 'InvalidSignatureException'],
])('aws refuses %s', async (_, credentials, type) => {
  expect(await callAws(credentials, 'GetParameters', { Names: ['/a'] })).toMatchObject([
    400,
    { __type: type },
  ])
})

function policy(...statements: [effect: string, action: string, resource: string][]): object {
  const Statement = statements.map(([Effect, Action, Resource]) => ({ Effect, Action, Resource }))
  return { Version: '2012-10-17', Statement }
}

const PARAMETER = 'arn:aws:ssm:eu-west-1:123456789012:parameter'
test.each<[string, (name: string) => object, number]>([
  ['the parameter', name => policy(['Allow', 'ssm:GetParameters', PARAMETER + name]), 200],
  ['a prefix', name => policy(['Allow', 'ssm:Get*', `${PARAMETER}${name.slice(0, -2)}/*`]), 200],
  ['another parameter', name => policy(['Allow', 'ssm:GetParameters', `${PARAMETER}${name}2`]), 400],
  ['another action', name => policy(['Allow', 'ssm:GetParameter', PARAMETER + name]), 400],
  ['all but this', name => policy(['Allow', '*', '*'], ['Deny', 'ssm:*', PARAMETER + name]), 400],
])('aws keeps to a policy for %s', async (_, policyFor, status) => {
  const name = await putParameter()
  const user = await createUser(lab.aws, policyFor(name))
  const [actual, body] = await callAws(user, 'GetParameters', { Names: [name], WithDecryption: true })
  expect([actual, (body as { __type?: string }).__type]).toEqual([
    status,
    status === 200 ? undefined : 'AccessDeniedException',
  ])
})

test('aws wants kms:Decrypt for a key of the account', async () => {
  const [, key] = await callKms('CreateKey', {})
  const { KeyId, Arn } = (key as { KeyMetadata: { KeyId: string; Arn: string } }).KeyMetadata
  const name = await putParameter('x', { KeyId })
  const read: [string, string, string] = ['Allow', 'ssm:GetParameters', PARAMETER + name]
  const without = await createUser(lab.aws, policy(read))
  const withKey = await createUser(lab.aws, policy(read, ['Allow', 'kms:Decrypt', Arn]))
  const body = { Names: [name], WithDecryption: true }
  expect(await callAws(without, 'GetParameters', body)).toMatchObject([
    400,
    { message: expect.stringContaining('kms:Decrypt') },
  ])
  expect(await callAws(withKey, 'GetParameters', body)).toMatchObject([200, {}])
})

async function callKms(action: string, body: object): Promise<[number, unknown]> {
  const client = new AwsClient({ ...unrestricted(), service: 'kms', region: 'eu-west-1', retries: 0 })
  const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `TrentService.${action}` }
  const response = await client.fetch(lab.aws.endpoint, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return [response.status, await response.json()]
}

test('aws fails as often as asked, for one access key', async () => {
  const [mine, others] = [unrestricted(), unrestricted()]
  await plantFault(lab.aws, mine, { action: 'GetParameters', error: 'ThrottlingException', times: 2 })
  const get = (credentials: Credentials) => callAws(credentials, 'GetParameters', { Names: ['/none'] })
  const throttled = [400, { __type: 'ThrottlingException' }]
  expect(await get(others)).toMatchObject([200, {}])
  expect(await get(mine)).toMatchObject(throttled)
  expect(await get(mine)).toMatchObject(throttled)
  expect(await get(mine)).toMatchObject([200, {}])
  expect(await callsOf(lab.aws, mine)).toEqual(
    Array(3).fill({ key: mine.accessKeyId, action: 'GetParameters', resources: ['/none'] }),
  )
})
