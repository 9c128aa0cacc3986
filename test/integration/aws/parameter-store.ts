/** Parameter Store of the lab, as its tests see it: written and read a second time by the vendor's client. */
import {
  GetParameterCommand,
  type GetParameterCommandInput,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { AwsClient } from 'aws4fetch'
import { Secret } from '../../../src/core/secret.ts'
import type { Inherited, ProviderContext, SecretId } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/ssm.ts'
import { createWriter } from '../../../src/providers/ssm-writer.ts'
import { type Credentials, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import type { WritableStore } from '../contract.ts'

export const REGION = 'eu-west-1'
export const ACCOUNT = '123456789012'

export interface ParameterStore {
  readonly credentials: Credentials
  put(name: string, text: string, more?: Partial<PutParameterCommandInput>): Promise<void>
  label(name: string, version: number, label: string): Promise<void>
  readBySdk(name: string): Promise<string>
  stop(): void
}

/** Of a reader and writer who may do everything. */
export function openParameterStore(): ParameterStore {
  const credentials = unrestricted()
  const client = new SSMClient({ region: REGION, endpoint: openLab().aws.endpoint, credentials })
  return {
    credentials,
    async put(name, text, more) {
      const input = { Name: name, Value: text, Type: 'SecureString', Overwrite: true, ...more } as const
      await client.send(new PutParameterCommand(input))
    },
    async label(name, version, label) {
      await client.send(
        new LabelParameterVersionCommand({ Name: name, ParameterVersion: version, Labels: [label] }),
      )
    },
    async readBySdk(name) {
      const input: GetParameterCommandInput = { Name: name, WithDecryption: true }
      return (await client.send(new GetParameterCommand(input))).Parameter?.Value ?? ''
    },
    stop: () => client.destroy(),
  }
}

/** `selector` is a version or label. */
export function idOf(
  path: string,
  selector?: { readonly version: string } | { readonly label: string },
): SecretId {
  const [[kind, version] = []] = Object.entries(selector ?? {})
  const uri = `ssm://${path}${kind === undefined ? '' : `?${kind}=${version}`}`
  const isLabel = kind === 'label'
  return {
    ...{ uri, scheme: 'ssm', path, options: {} },
    ...(version !== undefined && { version }),
    ...(isLabel && { selector: 'label' as const }),
  }
}

/** The environment of a reader of the lab's AWS, without a home where profiles could be. */
export function envOf(
  { accessKeyId, secretAccessKey }: Credentials,
  address = openLab().aws.endpoint,
): Inherited {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SSM: address,
  }
}

export function contextOf(env: Inherited): ProviderContext {
  return {
    env,
    warn: text => {
      throw new Error(`a warning that no test expects: ${text}`)
    },
  }
}

export function parameterArn(path: string): string {
  return `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/${path.replace(/^\//, '')}`
}

export function allow(actions: readonly string[], resources: readonly string[]): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: resources }] }
}

export async function createKey(): Promise<string> {
  const client = new AwsClient({ ...unrestricted(), service: 'kms', region: REGION, retries: 0 })
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' }
  const response = await client.fetch(openLab().aws.endpoint, { method: 'POST', headers, body: '{}' })
  return ((await response.json()) as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId
}

/** The store for the contract suites. */
export async function startSsm(): Promise<WritableStore> {
  const parameters = openParameterStore()
  const { credentials } = parameters
  const top = `/${uniqueName('contract')}`
  const id = (name: string) => idOf(`${top}/${name}`)
  const secrets = [credentials.accessKeyId, credentials.secretAccessKey]
  const network = {
    address: openLab().aws.endpoint,
    at: (address: string, caFile?: string) =>
      contextOf({ ...envOf(credentials, address), ...(caFile !== undefined && { AWS_CA_BUNDLE: caFile }) }),
    throttled: {
      status: 400,
      body: JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
    },
  }
  return {
    createProvider,
    createWriter,
    options: {},
    context: contextOf(envOf(credentials)),
    writerContext: contextOf(envOf(credentials)),
    secretOf: text => new Secret(text),
    prefix: name => idOf(`${top}/${name}/`),
    nameBelow: (name, rest) => `${name}/${rest}`,
    forbiddenContext: async () =>
      contextOf(envOf(await createUser(openLab().aws, allow(['ssm:ListTagsForResource'], ['*'])))),
    writerNetwork: network,
    id,
    async put(name, text) {
      await parameters.put(id(name).path, text)
      return id(name)
    },
    textOf: secret => secret.reveal(),
    readElsewhere: ({ path, version }) =>
      parameters.readBySdk(version === undefined ? path : `${path}:${version}`),
    async versioned(name, texts) {
      const { path } = id(name)
      for (const [index, text] of texts.entries()) {
        await parameters.put(path, text)
        await parameters.label(path, index + 1, `label-${index + 1}`)
      }
      return texts.flatMap((text, index) => [
        { id: idOf(path, { version: String(index + 1) }), text },
        { id: idOf(path, { label: `label-${index + 1}` }), text },
      ])
    },
    async missingVersion(name) {
      await parameters.put(id(name).path, 'a text')
      return idOf(id(name).path, { version: '7' })
    },
    async forbidden(name, text) {
      await parameters.put(id(name).path, text)
      const policy = allow(['ssm:GetParameters'], [parameterArn(`${top}/other/*`)])
      return { id: id(name), context: contextOf(envOf(await createUser(openLab().aws, policy))) }
    },
    network: {
      ...network,
      async expired() {
        const reader = unrestricted()
        await plantFault(openLab().aws, reader, { error: 'ExpiredTokenException', times: 99 })
        return contextOf(envOf(reader))
      },
      requestsFor: count => Math.ceil(count / 10),
    },
    credentials: secrets,
    stop: async () => parameters.stop(),
  }
}
