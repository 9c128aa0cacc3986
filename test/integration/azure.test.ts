/** The contract against the double, with the vendor's client as the second reader. */
import { readFileSync } from 'node:fs'
import { ClientSecretCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import type { Inherited, ProviderContext, SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { type AzureDouble, startAzureDouble } from '../lab/azure-double.ts'
import { VAULT_ERRORS, vaultError } from '../lab/azure-double-answers.ts'
import type { Principal } from '../lab/azure-double-identity.ts'
import { openLab } from '../lab/index.ts'
import { describeProvider, type Store } from './contract.ts'

const contextOf = (env: Inherited): ProviderContext => ({ env, warn: () => {} })

async function startAzure(): Promise<Store> {
  const { caFile, certFile, keyFile } = openLab().certificates
  const double = await startAzureDouble({
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
  })
  const { vault, identities, tenant } = double
  const reader = identities.add({ tenant, rights: ['get', 'list'] })
  const envOf = ({ clientId, secret }: Principal): Inherited => ({
    SECWRAP_AZUREKV_ENDPOINT: double.address,
    AZURE_AUTHORITY_HOST: double.address,
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: secret,
    REQUESTS_CA_BUNDLE: caFile,
  })
  const client = openSdk(double, reader, readFileSync(caFile, 'utf8'))
  const put = async (name: string, text: string) => idOf(name, vault.put(name, text), false)
  identities.machine = { tenant, rights: ['get'] }
  return {
    createProvider,
    options: {},
    context: contextOf(envOf(reader)),
    id: name => idOf(name),
    put,
    textOf: secret => secret.reveal(),
    async readElsewhere({ path, version }) {
      const { value } = await client.getSecret(path.replace('lab-vault/', ''), version ? { version } : {})
      return value ?? 'no value'
    },
    versioned: async (name, texts) => texts.map(text => ({ id: idOf(name, vault.put(name, text)), text })),
    async missingVersion(name) {
      vault.put(name, 'a text')
      return idOf(name, '0123456789abcdef0123456789abcdef')
    },
    async forbidden(name, text) {
      const stranger = identities.add({ tenant, rights: [] })
      return { id: await put(name, text), context: contextOf(envOf(stranger)) }
    },
    network: {
      address: double.plainAddress,
      at: (address, bundle) =>
        contextOf({
          SECWRAP_AZUREKV_ENDPOINT: address,
          AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress,
          ...(bundle && { REQUESTS_CA_BUNDLE: bundle }),
        }),
      expired: async () => contextOf(envOf(identities.add({ tenant, rights: ['get'], refusal: 7000222 }))),
      throttled: { status: 429, body: JSON.stringify(vaultError(VAULT_ERRORS.throttled).body) },
      requestsFor: count => count + 1, // one without a token: a vault at an address of its own is asked what it wants
    },
    credentials: [reader.secret],
    stop: () => double.stop(),
  }
}

function idOf(name: string, version?: string, isPinned = true): SecretId {
  const path = `lab-vault/${name}`
  if (version === undefined || !isPinned)
    return { uri: `azurekv://${path}`, scheme: 'azurekv', path, options: {} }
  return { uri: `azurekv://${path}?version=${version}`, scheme: 'azurekv', path, version, options: {} }
}

function openSdk(double: AzureDouble, { tenant, clientId, secret }: Principal, ca: string): SecretClient {
  const tls = { tlsOptions: { ca } }
  const authority = { authorityHost: double.address, disableInstanceDiscovery: true }
  const credential = new ClientSecretCredential(tenant, clientId, secret, { ...authority, ...tls })
  return new SecretClient(double.address, credential, { disableChallengeResourceVerification: true, ...tls })
}

describeProvider(
  'azurekv',
  {
    refuses: [],
    names: ['plain', 'with-dash', 'UPPER-and-lower', '1', '-', 'n'.repeat(127)],
    versions: true,
    prefix: 'none', // a vault is one flat list: azure-reading.test.ts
    forbids: true,
    network: true,
  },
  startAzure,
)
