/** Secrets Manager of the lab, as its tests see it: written and read a second time by the vendor's client. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { Secret } from '../../../src/core/secret.ts'
import type { Inherited, SecretId } from '../../../src/core/types.ts'
import { createProvider } from '../../../src/providers/secrets-manager.ts'
import { createWriter } from '../../../src/providers/secrets-manager-writer.ts'
import { type Credentials, createUser, plantFault, unrestricted } from '../../lab/aws-access.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import type { WritableStore } from '../contract.ts'
import { allow, contextOf, envOf as envOfSsm, REGION } from './parameter-store.ts'

export type Selector = { readonly version: string } | { readonly stage: string }

export interface SecretsStore {
  readonly credentials: Credentials
  /** A new secret, with its ARN. */
  create(name: string, value: string | Uint8Array): Promise<string>
  /** A new version, with its id. */
  put(name: string, text: string): Promise<string>
  /** Creates it, or puts a new version. */
  write(name: string, text: string): Promise<string>
  /** Marks it for deletion. */
  delete(name: string): Promise<void>
  readBySdk(id: SecretId): Promise<string>
  stop(): void
}

/** Of a reader and writer who may do everything. */
export function openSecretsStore(): SecretsStore {
  const credentials = unrestricted()
  const client = new SecretsManagerClient({ region: REGION, endpoint: openLab().aws.endpoint, credentials })
  const created = new Set<string>()
  const store: SecretsStore = {
    credentials,
    async create(Name, value) {
      const content = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }
      created.add(Name)
      return (await client.send(new CreateSecretCommand({ Name, ...content }))).ARN ?? ''
    },
    async put(SecretId, SecretString) {
      return (await client.send(new PutSecretValueCommand({ SecretId, SecretString }))).VersionId ?? ''
    },
    async write(name, text) {
      if (created.has(name)) return store.put(name, text)
      await store.create(name, text)
      return (await client.send(new GetSecretValueCommand({ SecretId: name }))).VersionId ?? ''
    },
    async delete(SecretId) {
      await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))
    },
    async readBySdk({ path: SecretId, version, selector }) {
      const chosen = selector === 'stage' ? { VersionStage: version } : { VersionId: version }
      return (await client.send(new GetSecretValueCommand({ SecretId, ...chosen }))).SecretString ?? ''
    },
    stop: () => client.destroy(),
  }
  return store
}

export function idOf(path: string, selector?: Selector, options: SecretId['options'] = {}): SecretId {
  const [[kind, version] = []] = Object.entries(selector ?? {})
  const uri = `secretsmanager://${path}${kind === undefined ? '' : `?${kind}=${version}`}`
  return {
    ...{ uri, scheme: 'secretsmanager', path, options },
    ...(version !== undefined && { version }),
    ...(kind === 'stage' && { selector: kind }),
  }
}

/** The environment of a reader of the lab's AWS, without a home where profiles could be. */
export function envOf(credentials: Credentials, address = openLab().aws.endpoint): Inherited {
  return {
    ...envOfSsm(credentials),
    AWS_ENDPOINT_URL_SSM: undefined,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: address,
  }
}

/** The store for the contract suites. */
export async function startSecretsManager(): Promise<WritableStore> {
  const secrets = openSecretsStore()
  const { credentials } = secrets
  const top = uniqueName('contract')
  const id = (name: string) => idOf(`${top}/${name}`)
  const network = {
    address: openLab().aws.endpoint,
    at: (address: string, caFile?: string) =>
      contextOf({ ...envOf(credentials, address), ...(caFile !== undefined && { AWS_CA_BUNDLE: caFile }) }),
    throttled: { status: 400, body: JSON.stringify({ __type: 'ThrottlingException' }) },
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
      contextOf(envOf(await createUser(openLab().aws, allow(['secretsmanager:TagResource'], ['*'])))),
    writerNetwork: network,
    id,
    async put(name, text) {
      await secrets.write(id(name).path, text)
      return id(name)
    },
    textOf: secret => secret.reveal(),
    readElsewhere: one => secrets.readBySdk(one),
    async versioned(name, texts) {
      const { path } = id(name)
      const versions: string[] = []
      for (const text of texts) versions.push(await secrets.write(path, text))
      return [
        ...texts.map((text, index) => ({ id: idOf(path, { version: versions[index] ?? '' }), text })),
        { id: idOf(path, { stage: 'AWSCURRENT' }), text: texts.at(-1) ?? '' },
        { id: idOf(path, { stage: 'AWSPREVIOUS' }), text: texts.at(-2) ?? '' },
      ]
    },
    async missingVersion(name) {
      await secrets.write(id(name).path, 'a text')
      return idOf(id(name).path, { version: crypto.randomUUID() })
    },
    async forbidden(name, text) {
      await secrets.write(id(name).path, text)
      const elsewhere = `arn:aws:secretsmanager:${REGION}:*:secret:${top}/other/*`
      const policy = allow(['secretsmanager:GetSecretValue'], [elsewhere])
      return { id: id(name), context: contextOf(envOf(await createUser(openLab().aws, policy))) }
    },
    network: {
      ...network,
      async expired() {
        const reader = unrestricted()
        await plantFault(openLab().aws, reader, { error: 'ExpiredTokenException', times: 99 })
        return contextOf(envOf(reader))
      },
      requestsFor: count => Math.ceil(count / 20),
    },
    credentials: [credentials.accessKeyId, credentials.secretAccessKey],
    stop: async () => secrets.stop(),
  }
}
