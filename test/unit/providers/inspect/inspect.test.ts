/** What `doctor` tells of stores: where they would be asked, by whose word, and what is missing. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import { INSPECTORS } from '../../../../src/providers/inspect/index.ts'
import { parseReference } from '../../../../src/template/reference.ts'
import { findLeaks } from '../../../helpers/leaks.ts'
import { createFolder, type Folder } from '../../../helpers/temporary-folder.ts'

const SECRET = 'planted-credential-8Kx'
const AGE_KEY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'

let folder: Folder

beforeEach(() => {
  folder = createFolder()
  folder.write('config', '[profile sso]\nsso_session = mine\nregion = eu-central-1\n')
  folder.write('credentials', `[keys]\naws_access_key_id = AKIA\naws_secret_access_key = ${SECRET}\n`)
  folder.write('keys.txt', `# created\n${AGE_KEY}\n`)
  folder.write('token', SECRET)
})
afterEach(() => folder[Symbol.dispose]())

/** FOLDER in a setting stands for the test's own. */
async function inspect(raw: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const { id } = parseReference(raw, { folder: folder.path, wildcard: true })
  const env = Object.fromEntries(
    Object.entries({ HOME: 'FOLDER', ...settings }).map(([name, value]) => [
      name,
      value.replace('FOLDER', folder.path),
    ]),
  )
  const load = INSPECTORS[id.scheme]
  if (!load) throw new Error(`no inspector for ${id.scheme}`)
  try {
    return (await (await load()).inspect({ options: id.options, ids: [id] }, env)).join('; ')
  } catch (error) {
    if (!(error instanceof SecwrapError)) throw error
    return `${error.code}: ${error.message}`
  }
}

const EU = { AWS_REGION: 'eu-west-1' }
const FILES = { AWS_CONFIG_FILE: 'FOLDER/config', AWS_SHARED_CREDENTIALS_FILE: 'FOLDER/credentials' }
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: SECRET }
const SSM = 'https://ssm.eu-west-1.amazonaws.com; credentials'
const VAULT = { VAULT_ADDR: 'https://vault:8200' }
const APP = { AZURE_TENANT_ID: 'mine', AZURE_CLIENT_ID: 'app' }
const AZURE = 'https://my-vault.vault.azure.net; credentials'

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['file:///x', {}, '1 file'],
  ['secret://x', { CREDENTIALS_DIRECTORY: 'FOLDER' }, 'FOLDER'],
  ['sops:///x.json#a', { SOPS_AGE_KEY: AGE_KEY }, 'age identities: SOPS_AGE_KEY'],
  [
    'sops:///x.json#a',
    { SOPS_AGE_KEY_FILE: 'FOLDER/keys.txt' },
    'age identities: SOPS_AGE_KEY_FILE=FOLDER/keys.txt',
  ],
  ['sops:///x.json#a', { SOPS_AGE_KEY_CMD: 'touch FOLDER/ran' }, 'age identities: SOPS_AGE_KEY_CMD'],
  ['sops:///x.json#a', { SOPS_AGE_KEY_FILE: 'FOLDER/nosuch' }, 'DENIED: there is no age identity'],
  ['ssm:///x', { ...EU, ...KEYS }, `${SSM}: AWS_ACCESS_KEY_ID`],
  [
    'ssm:///x',
    { ...EU, AWS_ACCESS_KEY_ID: 'AKIA' },
    'DENIED: only half of the AWS credentials is set: AWS_SECRET_ACCESS_KEY is missing',
  ],
  ['ssm:///x?profile=keys', { ...EU, ...KEYS, ...FILES }, `${SSM}: profile keys`],
  [
    'ssm:///x',
    { ...FILES, AWS_PROFILE: 'sso' },
    'https://ssm.eu-central-1.amazonaws.com; credentials: profile sso',
  ],
  ['ssm:///x', { ...EU, AWS_PROFILE: 'nosuch' }, 'BAD_CONFIG: there is no AWS profile nosuch'],
  [
    'ssm:///x',
    { ...EU, AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn' },
    `${SSM}: AWS_WEB_IDENTITY_TOKEN_FILE`,
  ],
  [
    'ssm:///x',
    { ...EU, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://x' },
    `${SSM}: AWS_CONTAINER_CREDENTIALS_FULL_URI`,
  ],
  ['ssm:///x', EU, `${SSM}: the role of the instance, if this is one of EC2`],
  [
    'ssm:///x',
    { ...EU, AWS_EC2_METADATA_DISABLED: 'true' },
    'DENIED: no AWS credentials: none in the environment, the profile default, a web identity, a container or an instance',
  ],
  ['ssm:///x', KEYS, 'BAD_CONFIG: no AWS region is set'],
  [
    'ssm:///x',
    { ...EU, ...KEYS, AWS_CA_BUNDLE: '/nosuch' },
    "BAD_CONFIG: the certificate authorities in /nosuch can't be read (ENOENT)",
  ],
  [
    'ssm:///x',
    { ...EU, ...KEYS, AWS_ENDPOINT_URL: 'http://local:4566/x' },
    'http://local:4566; credentials: AWS_ACCESS_KEY_ID',
  ],
  [
    'ssm://arn:aws:ssm:us-east-1:1:parameter/x',
    KEYS,
    'https://ssm.us-east-1.amazonaws.com; credentials: AWS_ACCESS_KEY_ID',
  ],
  [
    'secretsmanager://x',
    { ...EU, ...KEYS },
    'https://secretsmanager.eu-west-1.amazonaws.com; credentials: AWS_ACCESS_KEY_ID',
  ],
  ['vault://secret/x', {}, 'BAD_CONFIG: VAULT_ADDR is not set'],
  ['vault://secret/x', VAULT, 'DENIED: there is no vault token, and no log-in is set up'],
  ['vault://secret/x', { ...VAULT, VAULT_TOKEN: SECRET }, 'https://vault:8200; token: VAULT_TOKEN'],
  [
    'vault://secret/x?namespace=team',
    { ...VAULT, VAULT_TOKEN_FILE: 'FOLDER/token' },
    'https://vault:8200; namespace team; token: VAULT_TOKEN_FILE',
  ],
  [
    'vault://secret/x',
    { ...VAULT, VAULT_WRAPPED_TOKEN: SECRET },
    'https://vault:8200; wrapped token: VAULT_WRAPPED_TOKEN',
  ],
  [
    'vault://secret/x',
    { ...VAULT, VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: SECRET },
    'https://vault:8200; log-in: approle',
  ],
  [
    'vault://secret/x',
    { ...VAULT, VAULT_AUTH_METHOD: 'nosuch' },
    'BAD_CONFIG: VAULT_AUTH_METHOD: nosuch is not a log-in method',
  ],
  [
    'vault://secret/x?address=http://plain:8200',
    { VAULT_TOKEN: SECRET },
    'http://plain:8200; token: VAULT_TOKEN; http://plain:8200 is not encrypted: the vault token and every secret can be read on the way',
  ],
  ['azurekv://my-vault/x', { ...APP, AZURE_CLIENT_SECRET: SECRET }, `${AZURE}: EnvironmentCredential`],
  [
    'azurekv://my-vault/x',
    { ...APP, AZURE_FEDERATED_TOKEN_FILE: '/token' },
    `${AZURE}: WorkloadIdentityCredential`,
  ],
  [
    'azurekv://my-vault/',
    {},
    `${AZURE}: ManagedIdentityCredential, AzureCliCredential, AzurePowerShellCredential, AzureDeveloperCliCredential`,
  ],
  ['azurekv://my-vault/x', { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' }, `${AZURE}: AzureCliCredential`],
  [
    'azurekv://my-vault/x',
    { AZURE_TOKEN_CREDENTIALS: 'nosuch' },
    'BAD_CONFIG: AZURE_TOKEN_CREDENTIALS names no credential that secwrap knows',
  ],
  ['azurekv://my-vault/x', { AZURE_TENANT_ID: 'a b' }, 'BAD_CONFIG: AZURE_TENANT_ID is not valid'],
])('%s with %j', async (raw, settings, expected) => {
  const told = await inspect(raw, settings)
  expect(told.replaceAll(folder.path, 'FOLDER')).toBe(expected)
  expect(findLeaks([SECRET, AGE_KEY], told)).toEqual([])
  expect(folder.has('ran')).toBe(false)
})
