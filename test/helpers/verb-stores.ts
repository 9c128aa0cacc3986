/** The writable stores as somebody with a shell sees them: variables to set, references to name. */

import { REGION } from '../integration/aws/parameter-store.ts'
import { placeOf, secretOf, startDouble } from '../integration/azure-store.ts'
import { openVault } from '../integration/vault/store.ts'
import { type Credentials, createUser, unrestricted } from '../lab/aws-access.ts'
import { openLab, uniqueName } from '../lab/index.ts'
import { createIdentity } from './sops.ts'
import { createFolder } from './temporary-folder.ts'

type Variables = Readonly<Record<string, string>>

export interface VerbStore {
  readonly env: Variables // of somebody who may do everything
  readonly prefix: string // of secrets that only this test has
  /** Of a secret that can hold any text: with `#value` where the store holds maps. */
  ref(name: string): string
  /** Of one that can hold a JSON object. */
  mapRef(name: string): string
  /** Somebody who may log in, and nothing else, and what the store then refuses. */
  readonly nobody: Variables
  readonly refusesNobody: readonly ('set' | 'list' | 'delete' | 'history')[]
  readonly keepsVersions: boolean
  readonly checks: 'any' | 'new' | 'none' // check-and-set: over a version, only for a new secret, not at all
  readonly recovers: boolean // takes a deletion back
  readonly listsTimes: boolean
  readonly keepsDigits: boolean // of numbers that JavaScript has none for; OpenBao's KV version 2 reads them as floats
  readonly credentials: readonly string[]
  stop(): Promise<void>
}

export const VERB_STORES: Readonly<Record<string, () => Promise<VerbStore>>> = {
  sops: startSopsFolder,
  'vault, version 2': () => startVault('2'),
  'vault, version 1': () => startVault('1'),
  ssm: startParameterStore,
  secretsmanager: startSecretsManager,
  azurekv: startKeyVault,
}

async function startSopsFolder(): Promise<VerbStore> {
  const folder = createFolder()
  const [{ identity }, other] = await Promise.all([createIdentity(), createIdentity()])
  const prefix = `sops://${folder.path}/`
  return {
    env: { SOPS_AGE_KEY: identity },
    prefix,
    ref: name => `${prefix}${name}.sops.yaml#value`,
    mapRef: name => `${prefix}${name}.sops.json`,
    nobody: { SOPS_AGE_KEY: other.identity },
    refusesNobody: ['set'], // whoever may write a file may also delete it, and its names are in the clear
    keepsVersions: false,
    checks: 'any',
    recovers: false,
    listsTimes: true,
    keepsDigits: true,
    credentials: [identity],
    stop: async () => folder[Symbol.dispose](),
  }
}

async function startVault(version: '1' | '2'): Promise<VerbStore> {
  const vault = openVault()
  const mount = await vault.mount('verbs', 'kv', { version })
  const nobody = await vault.createToken('path "sys/internal/ui/mounts/*" { capabilities = ["read"] }')
  const prefix = `vault://${mount}/`
  return {
    env: { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken },
    prefix,
    ref: name => `${prefix}${name}#value`,
    mapRef: name => `${prefix}${name}`,
    nobody: { VAULT_ADDR: vault.address, VAULT_TOKEN: nobody },
    refusesNobody: version === '2' ? ['set', 'list', 'delete', 'history'] : ['set', 'list', 'delete'],
    keepsVersions: version === '2',
    checks: version === '2' ? 'any' : 'none',
    recovers: version === '2',
    listsTimes: false,
    keepsDigits: version === '1',
    credentials: [vault.rootToken, nobody],
    stop: async () => {},
  }
}

async function startParameterStore(): Promise<VerbStore> {
  const prefix = `ssm:///${uniqueName('verbs')}/`
  return { ...(await startAws(prefix)), checks: 'new', recovers: false }
}

async function startSecretsManager(): Promise<VerbStore> {
  const prefix = `secretsmanager://${uniqueName('verbs')}/`
  return { ...(await startAws(prefix)), checks: 'any', recovers: true }
}

async function startAws(prefix: string): Promise<Omit<VerbStore, 'checks' | 'recovers'>> {
  const { aws } = openLab()
  const [officer, nobody] = [unrestricted(), await createUser(aws, NOTHING)]
  const envOf = ({ accessKeyId, secretAccessKey }: Credentials) => ({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: aws.endpoint,
  })
  return {
    env: envOf(officer),
    prefix,
    ref: name => `${prefix}${name}`,
    mapRef: name => `${prefix}${name}`,
    nobody: envOf(nobody),
    refusesNobody: ['set', 'list', 'delete', 'history'],
    keepsVersions: true,
    listsTimes: true,
    keepsDigits: true,
    credentials: [officer.secretAccessKey, nobody.secretAccessKey],
    stop: async () => {},
  }
}

const NOTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }],
}

async function startKeyVault(): Promise<VerbStore> {
  const double = await startDouble()
  const { identities, tenant } = double
  const officer = identities.add({ tenant, rights: ['get', 'list', 'set', 'delete', 'recover', 'purge'] })
  const nobody = identities.add({ tenant, rights: [] })
  const envOf = (principal: typeof officer) =>
    ({ ...placeOf(double), ...secretOf(principal) }) as Record<string, string>
  const prefix = 'azurekv://lab-vault/'
  return {
    env: envOf(officer),
    prefix,
    ref: name => `${prefix}${name}`,
    mapRef: name => `${prefix}${name}`,
    nobody: envOf(nobody),
    refusesNobody: ['set', 'list', 'delete', 'history'],
    keepsVersions: true,
    checks: 'none',
    recovers: true,
    listsTimes: true,
    keepsDigits: true,
    credentials: [officer.secret, nobody.secret],
    stop: () => double.stop(),
  }
}
