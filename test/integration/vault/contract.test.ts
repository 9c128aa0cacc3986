import nodeVault from 'node-vault'
import { Secret } from '../../../src/core/secret.ts'
import { createProvider } from '../../../src/providers/vault.ts'
import { createWriter } from '../../../src/providers/vault-writer.ts'
import { uniqueName } from '../../lab/index.ts'
import { describeProvider, describeWriter, type WritableStore, type WriterAbilities } from '../contract.ts'
import { contextOf, fieldOf, idOf, openVault, type Vault } from './store.ts'

/** Texts are kept in the field `value`, as `vault kv put PATH value=…` does. */
function startKv(version: '1' | '2'): () => Promise<WritableStore> {
  return async () => {
    const vault = openVault()
    const mount = await vault.mount('kv', 'kv', { version })
    const apiPath = (name: string) =>
      `${mount}/${version === '2' ? 'data/' : ''}${name.split('/').map(encodeURIComponent).join('/')}`
    const put = async (name: string, text: string) => {
      const fields = { value: text }
      await vault.call('POST', apiPath(name), version === '2' ? { data: fields } : fields)
      return idOf(`${mount}/${name}`)
    }
    const reader = await vault.createToken(`path "${mount}/*" { capabilities = ["read", "list"] }`)
    const writerContext = contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken })
    return {
      createProvider,
      createWriter,
      writerContext,
      secretOf: text => new Secret(JSON.stringify({ value: text })),
      prefix: top => idOf(`${mount}/${top}/`),
      nameBelow: (top, name) => `${top}/${name}`,
      async forbiddenContext() {
        const token = await vault.createToken(`path "${mount}/other" { capabilities = ["read"] }`)
        return contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: token })
      },
      writerNetwork: {
        address: vault.address,
        at: (address, caFile) =>
          contextOf({
            VAULT_ADDR: address,
            VAULT_TOKEN: vault.rootToken,
            ...(caFile && { VAULT_CACERT: caFile }),
          }),
        throttled: { status: 429, body: '{"errors":["rate limit quota exceeded"]}' },
      },
      options: {},
      context: contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: reader }),
      id: name => idOf(`${mount}/${name}`),
      put,
      textOf: secret => fieldOf(secret.reveal(), 'value'),
      async readElsewhere({ path, version: asked }) {
        const client = nodeVault({ endpoint: vault.address, token: vault.rootToken })
        const query = asked === undefined ? '' : `?version=${asked}`
        const { data } = await client.read(`${apiPath(path.slice(mount.length + 1))}${query}`)
        return version === '2' ? data.data.value : data.value
      },
      ...(version === '2' && {
        async versioned(name: string, texts: readonly string[]) {
          for (const text of texts) await put(name, text)
          return texts.map((text, index) => ({ id: idOf(`${mount}/${name}`, `${index + 1}`), text }))
        },
        async missingVersion(name: string) {
          await put(name, 'a text')
          return idOf(`${mount}/${name}`, '99')
        },
      }),
      async forbidden(name, text) {
        const id = await put(name, text)
        const token = await vault.createToken(`path "${mount}/other" { capabilities = ["read"] }`)
        return { id, context: contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: token }) }
      },
      network: {
        address: vault.address,
        at: (address, caFile) =>
          contextOf({ VAULT_ADDR: address, VAULT_TOKEN: reader, ...(caFile && { VAULT_CACERT: caFile }) }),
        expired: async () => contextOf({ VAULT_ADDR: vault.address, VAULT_TOKEN: await deadToken(vault) }),
        throttled: { status: 429, body: '{"errors":["rate limit quota exceeded"]}' },
        requestsFor: count => count + 1,
      },
      credentials: [reader, vault.rootToken],
      stop: async () => void (await vault.call('DELETE', `sys/mounts/${mount}`)),
    }
  }
}

async function deadToken(vault: Vault): Promise<string> {
  const token = await vault.createToken('path "x" { capabilities = ["read"] }')
  await vault.call('POST', 'auth/token/revoke', { token })
  return token
}

const names = [
  'plain',
  'with.dot',
  'with-dash',
  'with blank',
  'deep/er/name',
  '%41',
  'ünï',
  uniqueName('a+b&c=d?e#f'),
]

describeProvider(
  'vault, KV version 2',
  { refuses: [], names, versions: true, prefix: 'tree', forbids: true, network: true },
  startKv('2'),
)

describeProvider(
  'vault, KV version 1',
  { refuses: [], names, versions: false, prefix: 'tree', forbids: true, network: true },
  startKv('1'),
)

const writing = {
  refuses: [],
  names,
  afterDelete: 'written',
  prefix: 'tree',
  forbids: true,
  network: true,
} as const
const version2: WriterAbilities = {
  ...writing,
  versions: true,
  checks: 'any',
  deletes: 'for a while',
  listsDeleted: true,
}
const version1: WriterAbilities = {
  ...writing,
  versions: false,
  checks: 'none',
  deletes: 'for good',
  listsDeleted: false,
}

describeWriter('vault, KV version 2', version2, startKv('2'))
describeWriter('vault, KV version 1', version1, startKv('1'))
