/** Where age identities are found: in sops's places, by sops's rules. */
import { chmodSync, existsSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SecwrapError } from '../../src/core/errors.ts'
import type { Inherited } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/sops.ts'
import { type AgeIdentity, createIdentity, idOf, seal } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

let folder: Folder
let reader: AgeIdentity
let other: AgeIdentity
beforeEach(async () => {
  folder = createFolder()
  reader = await createIdentity()
  other = await createIdentity()
})
afterEach(() => folder[Symbol.dispose]())

async function read(env: Inherited, recipients = reader.recipient, warnings: string[] = []) {
  const id = idOf(folder.write('sealed.env', seal('A=found\n', 'dotenv', recipients)))
  const provider = createProvider({}, { env, warn: text => warnings.push(text) })
  const secret = (await provider.read([id], AbortSignal.timeout(20_000))).get(id)
  if (secret instanceof SecwrapError) throw secret
  return secret?.reveal()
}

test.each<[string, () => Inherited]>([
  ['SOPS_AGE_KEY', () => ({ SOPS_AGE_KEY: reader.identity })],
  ['SOPS_AGE_KEY with several on one line', () => ({ SOPS_AGE_KEY: `${other.identity} ${reader.identity}` })],
  [
    'SOPS_AGE_KEY_FILE',
    () => ({ SOPS_AGE_KEY_FILE: folder.write('key', `# made today\n# public\n${reader.identity}\n`) }),
  ],
  [
    'a file of several',
    () => ({
      SOPS_AGE_KEY_FILE: folder.write('key', `${other.identity}\r\n\r\n# mine\r\n${reader.identity}`),
    }),
  ],
  [
    'a file beside an identity of an age plugin',
    () => ({ SOPS_AGE_KEY_FILE: folder.write('key', `AGE-PLUGIN-X-1QQQ\n${reader.identity}\n`) }),
  ],
  [
    'another place after one that does not fit',
    () => ({ SOPS_AGE_KEY: other.identity, SOPS_AGE_KEY_FILE: folder.write('key', reader.identity) }),
  ],
  [
    'another place after a file that is not there',
    () => ({ SOPS_AGE_KEY_FILE: '/nonexistent', XDG_CONFIG_HOME: config() }),
  ],
  ['$XDG_CONFIG_HOME/sops/age/keys.txt', () => ({ XDG_CONFIG_HOME: config(), HOME: '/nonexistent' })],
  ['~/.config/sops/age/keys.txt', () => ({ HOME: home(), XDG_CONFIG_HOME: '' })],
  ['SOPS_AGE_KEY_CMD', () => ({ SOPS_AGE_KEY_CMD: `cat '${folder.write('my keys', reader.identity)}'` })],
  [
    'SOPS_AGE_KEY_CMD, which is told for whom',
    () => ({ SOPS_AGE_KEY_CMD: script(), PATH: process.env.PATH }),
  ],
])('%s', async (_, env) => {
  expect(await read(env())).toBe('{"A":"found"}')
})

const config = () =>
  folder.write('config/sops/age/keys.txt', reader.identity).replace('/sops/age/keys.txt', '')
const home = () =>
  folder.write('home/.config/sops/age/keys.txt', reader.identity).replace('/.config/sops/age/keys.txt', '')

function script(): string {
  const text = `#!/bin/sh\n[ "$SOPS_AGE_RECIPIENT" = ${reader.recipient} ] && echo ${reader.identity}\n`
  return folder.write('key.sh', text, 0o700)
}

test('any one of several recipients', async () => {
  const env = { SOPS_AGE_KEY: reader.identity }
  expect(await read(env, `${other.recipient},${reader.recipient}`)).toBe('{"A":"found"}')
  expect(await read(env, `${reader.recipient},${other.recipient}`)).toBe('{"A":"found"}')
})

test('a key file that everybody can read is warned of', async () => {
  const warnings: string[] = []
  const path = folder.write('key', reader.identity)
  await read({ SOPS_AGE_KEY_FILE: path }, reader.recipient, warnings)
  expect(warnings).toEqual([])
  chmodSync(path, 0o644)
  await read({ SOPS_AGE_KEY_FILE: path }, reader.recipient, warnings)
  expect(warnings).toEqual([`${path} can be read by every user of this machine`])
})

test.each([
  ['fails', `sh -c 'echo planted-words >&2; exit 3'`, /failed with status 3/],
  ['is not there', '/nonexistent/program', /was not found/],
  ['never ends a quote', `cat 'keys`, /has a quote that never ends/],
  ['is empty', ' ', /is empty/],
  ['writes nothing', 'true', /no age identity in it/],
])('SOPS_AGE_KEY_CMD that %s is told without its words', async (_, command, problem) => {
  const failure = await read({ SOPS_AGE_KEY_CMD: command, PATH: process.env.PATH }).catch(
    (error: unknown) => error,
  )
  const details = { hint: expect.stringMatching(problem) }
  expect(failure).toEqual(
    expect.objectContaining({ code: 'DENIED', details: expect.objectContaining(details) }),
  )
  expect(JSON.stringify(failure)).not.toContain('planted-words')
})

test('SOPS_AGE_KEY_CMD that never ends: TIMED_OUT, and it is ended', async () => {
  const id = idOf(folder.write('sealed.env', seal('A=found\n', 'dotenv', reader.recipient)))
  const marker = `${folder.path}/ended`
  const slow = `#!/bin/sh\ntrap 'kill $!; touch ${marker}; exit' TERM\nsleep 60 &\nwait\n`
  const env = { SOPS_AGE_KEY_CMD: folder.write('slow.sh', slow, 0o700), PATH: process.env.PATH }
  const read = createProvider({}, { env, warn: () => {} }).read([id], AbortSignal.timeout(300))
  await expect(read).rejects.toThrow(expect.objectContaining({ code: 'TIMED_OUT' }))
  while (!existsSync(marker)) await new Promise(resolve => setTimeout(resolve, 10))
})
