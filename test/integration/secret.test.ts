import { readFileSync } from 'node:fs'
import type { SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/secret.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { describeProvider, type Store } from './contract.ts'

async function startMountedSecrets(): Promise<Store> {
  const folder = createFolder()
  const id = (path: string): SecretId => ({ uri: `secret://${path}`, scheme: 'secret', path, options: {} })
  return {
    createProvider,
    options: {},
    context: { env: { CREDENTIALS_DIRECTORY: folder.path }, warn: () => {} },
    id,
    async put(name, text) {
      folder.write(name, text, 0o444)
      return id(name)
    },
    textOf: secret => secret.reveal(),
    readElsewhere: async ({ path }) => readFileSync(`${folder.path}/${path}`, 'utf8'),
    credentials: [],
    async stop() {
      folder[Symbol.dispose]()
    },
  }
}

describeProvider(
  'secret',
  {
    refuses: [],
    names: ['plain', 'tls.key', 'with-dash', 'app/nested'],
    versions: false,
    prefix: 'flat',
    forbids: false, // root may read everything; test/e2e has it for an ordinary user
    network: false,
  },
  startMountedSecrets,
)
