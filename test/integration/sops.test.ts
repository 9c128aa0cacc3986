import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Secret } from '../../src/core/secret.ts'
import type { SecretId } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/sops.ts'
import { createWriter } from '../../src/providers/sops-writer.ts'
import { selectField } from '../../src/resolve/select.ts'
import { contextOf, createIdentity, idOf, seal, unseal } from '../helpers/sops.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { describeProvider, describeWriter, type WritableStore } from './contract.ts'

async function startSealedFiles(): Promise<WritableStore> {
  const folder = createFolder()
  const [reader, stranger] = [await createIdentity(), await createIdentity()]
  const id = (name: string): SecretId => idOf(`${folder.path}/${name}.json`)
  const put = async (name: string, text: string) => {
    folder.write(`${name}.json`, seal(JSON.stringify({ value: text }), 'json', reader.recipient))
    return id(name)
  }
  return {
    createProvider,
    options: {},
    context: contextOf(reader.identity),
    id,
    put,
    textOf: (secret: Secret) => selectField(secret, ['value'], 'value').reveal(),
    readElsewhere: async ({ path }) => unseal(path, reader.identity, '--extract=["value"]'),
    forbidden: async (name, text) => ({ id: await put(name, text), context: contextOf(stranger.identity) }),
    createWriter,
    writerContext: contextOf(reader.identity),
    secretOf: text => new Secret(JSON.stringify({ value: text })),
    prefix: top => idOf(`${folder.path}/${top}/`),
    nameBelow(top, name) {
      const path = `${top}/${name}`
      mkdirSync(dirname(`${folder.path}/${path}`), { recursive: true }) // secwrap makes files, no folders
      return path
    },
    credentials: [reader.identity, stranger.identity],
    async stop() {
      folder[Symbol.dispose]()
    },
  }
}

describeProvider(
  'sops',
  {
    refuses: [],
    names: ['plain', 'with.dot', 'with blank', 'deep/er/name', '%41', 'ünï'],
    versions: false,
    prefix: 'none',
    forbids: true,
    network: false,
  },
  startSealedFiles,
)

describeWriter(
  'sops',
  {
    refuses: [],
    names: ['plain', 'with.dot', 'with blank', '%41', 'ünï'],
    versions: false,
    checks: 'any',
    deletes: 'for good',
    afterDelete: 'written',
    listsDeleted: false,
    prefix: 'tree',
    forbids: false, // who has no key may still list and delete files: sops-files.test.ts has what the kernel forbids
    network: false,
  },
  startSealedFiles,
)
