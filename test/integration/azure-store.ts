/** The double of Azure as its tests see it: who reads, from where, and the vendor's client as a second reader. */
import { readFileSync } from 'node:fs'
import { ClientSecretCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { Secret } from '../../src/core/secret.ts'
import type { Inherited, ProviderContext, SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/azure-key-vault.ts'
import { createWriter } from '../../src/providers/azure-key-vault-writer.ts'
import { type AzureDouble, startAzureDouble } from '../lab/azure-double.ts'
import { VAULT_ERRORS, vaultError } from '../lab/azure-double-answers.ts'
import type { Principal, Right } from '../lab/azure-double-identity.ts'
import { openLab } from '../lab/index.ts'
import type { WritableStore } from './contract.ts'

export const VAULT = 'lab-vault'

const EVERY_RIGHT: readonly Right[] = ['get', 'list', 'set', 'delete', 'recover', 'purge']

/** With the certificate that the lab has for loopback. */
export function startDouble(): Promise<AzureDouble> {
  const { certFile, keyFile } = openLab().certificates
  return startAzureDouble({ cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') })
}

export function contextOf(env: Inherited, warnings: string[] = []): ProviderContext {
  return { env, warn: text => void warnings.push(text) }
}

export function idOf(name: string, version?: string): SecretId {
  const path = `${VAULT}/${name}`
  if (version === undefined) return { uri: `azurekv://${path}`, scheme: 'azurekv', path, options: {} }
  return { uri: `azurekv://${path}?version=${version}`, scheme: 'azurekv', path, version, options: {} }
}

/** Where the double is, for someone without credentials. */
export function placeOf({ address }: Pick<AzureDouble, 'address'>): Inherited {
  const { caFile } = openLab().certificates
  return { SECWRAP_AZUREKV_ENDPOINT: address, AZURE_AUTHORITY_HOST: address, REQUESTS_CA_BUNDLE: caFile }
}

export function secretOf({ tenant, clientId, secret }: Principal): Inherited {
  return { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret }
}

/** Azure's own client, as the same reader. */
export function openSdk({ address }: AzureDouble, { tenant, clientId, secret }: Principal): SecretClient {
  const tls = { tlsOptions: { ca: readFileSync(openLab().certificates.caFile, 'utf8') } }
  const authority = { authorityHost: address, disableInstanceDiscovery: true }
  const credential = new ClientSecretCredential(tenant, clientId, secret, { ...authority, ...tls })
  return new SecretClient(address, credential, { disableChallengeResourceVerification: true, ...tls })
}

/** The store for the contract suites. */
export async function startAzure(): Promise<WritableStore> {
  const double = await startDouble()
  const { vault, identities, tenant } = double
  const reader = identities.add({ tenant, rights: ['get', 'list'] })
  const officer = identities.add({ tenant, rights: EVERY_RIGHT })
  const client = openSdk(double, reader)
  const contextFor = (principal: Principal) => contextOf({ ...placeOf(double), ...secretOf(principal) })
  const put = async (name: string, text: string) => {
    vault.put(name, text)
    return idOf(name)
  }
  identities.machine = { tenant, rights: EVERY_RIGHT }
  const network = {
    address: double.plainAddress,
    at: (address: string, bundle?: string) =>
      contextOf({
        SECWRAP_AZUREKV_ENDPOINT: address,
        AZURE_POD_IDENTITY_AUTHORITY_HOST: double.plainAddress,
        ...(bundle && { REQUESTS_CA_BUNDLE: bundle }),
      }),
    throttled: { status: 429, body: JSON.stringify(vaultError(VAULT_ERRORS.throttled).body) },
  }
  return {
    createProvider,
    createWriter,
    options: {},
    context: contextFor(reader),
    writerContext: contextFor(officer),
    secretOf: text => new Secret(text),
    prefix: () => ({ uri: `azurekv://${VAULT}/`, scheme: 'azurekv', path: `${VAULT}/`, options: {} }),
    nameBelow: (top, name) => `${top}-${name}`,
    forbiddenContext: async () => contextFor(identities.add({ tenant, rights: [] })),
    writerNetwork: network,
    id: name => idOf(name),
    put,
    textOf: secret => secret.reveal(),
    async readElsewhere({ path, version }) {
      const { value } = await client.getSecret(path.replace(`${VAULT}/`, ''), version ? { version } : {})
      return value ?? 'no value'
    },
    versioned: async (name, texts) => texts.map(text => ({ id: idOf(name, vault.put(name, text)), text })),
    async missingVersion(name) {
      vault.put(name, 'a text')
      return idOf(name, '0123456789abcdef0123456789abcdef')
    },
    async forbidden(name, text) {
      const stranger = identities.add({ tenant, rights: ['list'] })
      return { id: await put(name, text), context: contextFor(stranger) }
    },
    network: {
      ...network,
      expired: async () => contextFor(identities.add({ tenant, rights: ['get'], refusal: 7000222 })),
      requestsFor: count => count + 1, // a vault at an address of its own is asked once what token it wants
    },
    credentials: [reader.secret, officer.secret],
    stop: () => double.stop(),
  }
}
