/** Parameter Store of the lab, as its tests see it: written and read a second time by the vendor's client. */
import {
  GetParameterCommand,
  type GetParameterCommandInput,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm'
import type { Inherited, ProviderContext, SecretId } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/ssm.ts'
import { type Credentials, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import type { Store } from '../contract.ts'

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

/** The store for the contract suite. */
export async function startSsm(): Promise<Store> {
  const parameters = openParameterStore()
  const { credentials } = parameters
  const top = `/${uniqueName('contract')}`
  const id = (name: string) => idOf(`${top}/${name}`)
  const secrets = [credentials.accessKeyId, credentials.secretAccessKey]
  return {
    createProvider,
    options: {},
    context: contextOf(envOf(credentials)),
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
      address: openLab().aws.endpoint,
      at: (address, caFile) =>
        contextOf({ ...envOf(credentials, address), ...(caFile !== undefined && { AWS_CA_BUNDLE: caFile }) }),
      async expired() {
        const reader = unrestricted()
        await plantFault(openLab().aws, reader, { error: 'ExpiredTokenException', times: 99 })
        return contextOf(envOf(reader))
      },
      throttled: {
        status: 400,
        body: JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
      },
      requestsFor: count => Math.ceil(count / 10),
    },
    credentials: secrets,
    stop: async () => parameters.stop(),
  }
}
