import { readFileSync } from 'node:fs'
import type { SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/file.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { describeProvider, type Store } from './contract.ts'

async function startFiles(): Promise<Store> {
  const folder = createFolder()
  const id = (name: string): SecretId => {
    const path = `${folder.path}/${name}`
    return { uri: `file://${path}`, scheme: 'file', path, options: {} }
  }
  return {
    createProvider,
    options: {},
    context: { env: {}, warn: () => {} },
    id,
    async put(name, text) {
      folder.write(name, text)
      return id(name)
    },
    textOf: secret => secret.reveal(),
    readElsewhere: async ({ path }) => readFileSync(path, 'utf8'),
    credentials: [],
    async stop() {
      folder[Symbol.dispose]()
    },
  }
}

describeProvider(
  'file',
  {
    refuses: [],
    names: ['plain', 'with.dot', 'with-dash', 'with blank', 'deep/er/name', '%41', 'ünï', '..data'],
    versions: false,
    prefix: 'flat',
    forbids: false, // root may read everything; test/e2e has it for an ordinary user
    network: false,
  },
  startFiles,
)
