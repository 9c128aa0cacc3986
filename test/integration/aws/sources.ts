/** What the tests of credentials share: an environment without any, a read by one, and what the platform hands out. */
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals'
import { AwsClient } from 'aws4fetch'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Inherited } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/ssm.ts'
import { type HttpProxy, startHttpProxy } from '../../helpers/http-proxy.ts'
import {
  type Answer,
  type Asked,
  type MetadataServer,
  startMetadataServer,
} from '../../helpers/metadata-server.ts'
import { startProviderHost } from '../../helpers/provider-host.ts'
import { type Credentials, callsOf, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf } from '../contract/store.ts'
import { contextOf, idOf, openParameterStore, REGION } from './parameter-store.ts'

export const { aws } = openLab()
export const PLANTED = 'planted-platform-token-81c3'

/** No credentials: neither keys nor a home, and no metadata service. */
export const BARE = { AWS_REGION: REGION, AWS_ENDPOINT_URL: aws.endpoint, AWS_EC2_METADATA_DISABLED: 'true' }

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(one => one.stop()))
})

/** The provider of the runtime that is under test. */
let provider = createProvider

/** Runs the tests as Node runs the provider, and as Bun does. */
export function inBothRuntimes(describeTests: () => void): void {
  describe('in Node', describeTests)
  describe('in Bun', () => {
    let leave: () => Promise<void>
    beforeAll(async () => {
      leave = await enterBun()
    })
    afterAll(() => leave())
    describeTests()
  })
}

async function enterBun(variables: Readonly<Record<string, string>> = {}): Promise<() => Promise<void>> {
  const [before, host] = [provider, await startProviderHost(variables)]
  provider = host.remote('ssm', createProvider)
  return async () => {
    provider = before
    await host.stop()
  }
}

export async function serveProxy(): Promise<HttpProxy> {
  const proxy = await startHttpProxy(aws.endpoint)
  opened.push(proxy)
  return proxy
}

export async function serve(answer: (asked: Asked) => Answer): Promise<MetadataServer> {
  const server = await startMetadataServer(answer)
  opened.push(server)
  return server
}

/** Reads a parameter as the environment says, with a provider of its own. What BARE says holds unless it says otherwise. */
export async function read(
  env: Inherited,
  options: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const store = openParameterStore()
  const id = idOf(`/${uniqueName('credentials')}`)
  await store.put(id.path, 'a text')
  store.stop()
  const found = await provider(options, contextOf({ ...BARE, ...env })).read([id], deadline())
  const outcome = found.get(id)
  if (outcome instanceof SecwrapError) throw outcome
  return outcome?.reveal()
}

export function fail(env: Inherited, options = {}): Promise<SecwrapError> {
  return failureOf(() => read(env, options), [PLANTED, 'lab-secret-access-key'])
}

export function keysOf({ accessKeyId, secretAccessKey }: Credentials): Inherited {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
}

export function iniOf({ accessKeyId, secretAccessKey }: Credentials): string {
  return `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
}

/** As containers and instances are told. */
export function metadataOf({ accessKeyId, secretAccessKey }: Credentials, expiresInMs = 3_600_000): string {
  return JSON.stringify({
    Code: 'Success',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: 'session-token',
    Expiration: new Date(Date.now() + expiresInMs).toISOString(),
  })
}

/** Runs something with variables in the environment of the process itself, whichever the provider runs in. */
export async function withVariables(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<void>,
): Promise<void> {
  const leave = provider === createProvider ? setVariables(variables) : await enterBun(variables)
  try {
    await run()
  } finally {
    await leave()
  }
}

function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

export async function isUsed(credentials: Credentials): Promise<boolean> {
  return (await callsOf(aws, credentials)).length > 0
}

async function callIam(parameters: Readonly<Record<string, string>>): Promise<void> {
  const client = new AwsClient({ ...unrestricted(), service: 'iam', region: 'us-east-1', retries: 0 })
  const body = new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status } = await client.fetch(aws.endpoint, { method: 'POST', headers, body })
  expect(status).toBe(200)
}

/** A role that may read every parameter. */
export async function createRole(): Promise<string> {
  const RoleName = uniqueName('role')
  const Statement = [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' }]
  const policy = JSON.stringify({ Version: '2012-10-17', Statement })
  await callIam({ Action: 'CreateRole', RoleName, AssumeRolePolicyDocument: policy })
  await callIam({ Action: 'PutRolePolicy', RoleName, PolicyName: 'read', PolicyDocument: policy })
  return `arn:aws:iam::123456789012:role/${RoleName}`
}

export async function webIdentityEnv(token: string): Promise<Inherited> {
  return { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: await createRole() }
}

export const ROLES = '/latest/meta-data/iam/security-credentials/'

export function instanceOf(credentials: Credentials): (asked: Asked) => Answer {
  return ({ method, path, headers }) => {
    if (method === 'PUT' && path === '/latest/api/token')
      return Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0 ? [200, PLANTED] : [400, '']
    if (headers['x-aws-ec2-metadata-token'] !== PLANTED) return [401, '']
    if (path === ROLES) return [200, 'app role']
    return path === `${ROLES}app%20role` ? [200, metadataOf(credentials)] : [404, '']
  }
}

export function instanceEnv({ address }: MetadataServer): Inherited {
  return { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: address }
}
