/** Files and keys that are wrong: one clear error each, and nothing of a value or a key in it. */
import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SecwrapError } from '../../src/core/errors.ts'
import type { Inherited } from '../../src/core/types.ts'
import { createProvider } from '../../src/providers/sops.ts'
import { type AgeIdentity, createIdentity, idOf, seal } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { failureOf } from './contract/store.ts'

const PLANTED = 'planted-sops-value-81c4'
const OTHER = 'planted-other-value-27aa'
const FIELDS = { first: PLANTED, second: OTHER, visible_unencrypted: 'seen' }

let folder: Folder
let reader: AgeIdentity
let stranger: AgeIdentity
const sealed: Record<string, string> = {}

beforeAll(async () => {
  folder = createFolder()
  reader = await createIdentity()
  stranger = await createIdentity()
  const dotenv = Object.entries(FIELDS).map(([name, value]) => `${name}=${value}\n`)
  sealed.env = seal(dotenv.join(''), 'dotenv', reader.recipient)
  sealed.json = seal(JSON.stringify(FIELDS), 'json', reader.recipient)
  sealed.yaml = seal(JSON.stringify(FIELDS), 'yaml', reader.recipient)
})
afterAll(() => folder[Symbol.dispose]())

async function read(path: string, env: Inherited = { SOPS_AGE_KEY: reader.identity }, format?: string) {
  const options = format === undefined ? {} : { format }
  const id = idOf(path, options)
  const secret = (
    await createProvider(options, { env, warn: () => {} }).read([id], AbortSignal.timeout(20_000))
  ).get(id)
  if (secret instanceof SecwrapError) throw secret
  return secret?.reveal()
}

function failRead(path: string, env?: Inherited, format?: string): Promise<SecwrapError> {
  const secrets = [PLANTED, OTHER, reader.identity, stranger.identity]
  return failureOf(() => read(path, env, format), secrets)
}

/** Swaps what two names hold. */
function swap(text: string): string {
  const [first = '', second = ''] = [...text.matchAll(/ENC\[[^\]]*\]/g)].map(([value]) => value)
  return text.replace(first, '\0').replace(second, first).replace('\0', second)
}

/** Another letter in the middle of the n-th sealed value; the MAC is the last one. */
function damage(text: string, at: number): string {
  const value = [...text.matchAll(/data:([^,]+),/g)].at(at)
  const index = (value?.index ?? 0) + 8
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
}

function replaceLast(old: string, by: string): (text: string) => string {
  return text => text.slice(0, text.lastIndexOf(old)) + by + text.slice(text.lastIndexOf(old) + old.length)
}

describe.each(['env', 'json', 'yaml'])('a changed %s file', ending => {
  test.each<[string, (text: string) => string, RegExp]>([
    ['one value', text => damage(text, 0), /first was changed or moved since it was sealed/],
    ['two values swapped', swap, /(first|second) was changed or moved/],
    ['the MAC', text => damage(text, -1), /MAC does not match/],
    ['the time of the last change', text => text.replace(/20\d\d-/, '2001-'), /MAC does not match/],
    ['a value that is not sealed', text => text.replace('seen', 'sewn'), /MAC does not match/],
    [
      'an emptied value',
      text => text.replace(/ENC\[[^\]]*\]/, ending === 'env' ? '' : '""'),
      /MAC does not match|not valid/,
    ],
    ['a rule', replaceLast('_unencrypted', '_none'), /visible_unencrypted is not sealed/],
    [
      'the sealed data key',
      text => text.replace(/LS0tI.{6}/, 'LS0tIAAAAAA'),
      /the data key sealed for age1\w+ does not open/,
    ],
  ])('%s', async (_, change, fact) => {
    const changed = change(sealed[ending] ?? '')
    expect(changed).not.toBe(sealed[ending])
    const failure = await failRead(folder.write(`changed.${ending}`, changed))
    expect([failure.code, failure.message]).toEqual(['BAD_VALUE', expect.stringMatching(fact)])
  })

  // What is left of the last line, sops's version, does not matter.
  test('cut off anywhere before the last line: BAD_VALUE', async () => {
    const whole = (sealed[ending] ?? '').trimEnd()
    for (let length = whole.lastIndexOf('version') + 7; length > 0; length -= 37) {
      const failure = await failRead(folder.write(`cut.${ending}`, whole.slice(0, length)))
      expect([length, failure.code]).toEqual([length, 'BAD_VALUE'])
    }
  })
})

describe('a changed file that only one format can have', () => {
  test.each([
    ['a line taken out', 'env', (text: string) => text.replace(/^first=.*\n/m, ''), /MAC does not match/],
    ['a line put in', 'env', (text: string) => `third=\n${text}`, undefined],
    ['a plain line put in', 'env', (text: string) => `third=${PLANTED}\n${text}`, /third is not sealed/],
    ['a name twice', 'env', (text: string) => text.replace(/^(first=.*\n)/m, '$1$1'), /has first twice/],
    ['a name twice', 'json', (text: string) => text.replace(/(\t"first".*\n)/, '$1$1'), /has first twice/],
    ['a name twice', 'yaml', (text: string) => text.replace(/^(first:.*\n)/m, '$1$1'), /has first twice/],
    [
      'a number in place of a value',
      'json',
      (text: string) => text.replace(/"ENC\[[^"]*"/, '5'),
      /first is not sealed/,
    ],
    ['a second document', 'yaml', (text: string) => `${text}---\na: 1\n`, /several YAML documents/],
    ['an alias', 'yaml', (text: string) => text.replace(/^second: .*$/m, 'second: *x'), /YAML aliases/],
    ['Windows line ends', 'env', (text: string) => text.replaceAll('\n', '\r\n'), /has Windows line ends/],
  ])('%s (%s)', async (_, ending, change, fact) => {
    const path = folder.write(`changed.${ending}`, change(sealed[ending] ?? ''))
    if (fact === undefined) {
      // An empty value leaves no trace in sops's MAC; sops itself reads it, too.
      expect(JSON.parse((await read(path)) ?? '')).toEqual({ third: '', ...FIELDS })
      return
    }
    expect((await failRead(path)).message).toMatch(fact)
  })
})

describe('a file that is not sealed, or not one', () => {
  test.each([
    ['plain.env', `A=${PLANTED}\n`, 'BAD_VALUE', /is not sealed/, /^sops encrypt --in-place .*plain\.env$/],
    ['plain.json', `{"a":"${PLANTED}"}`, 'BAD_VALUE', /is not sealed/, /^sops encrypt/],
    ['plain.yaml', `a: ${PLANTED}\n`, 'BAD_VALUE', /is not sealed/, /^sops encrypt/],
    ['multi-line.env', `KEY="-----BEGIN\n${PLANTED}\n-----END"\n`, 'BAD_VALUE', /line 2 has no =/, undefined],
    ['twice.env', `${PLANTED}==\n${PLANTED}==\n`, 'BAD_VALUE', /is not sealed/, /^sops encrypt/],
    ['tag.yaml', `a: !${PLANTED}\n`, 'BAD_VALUE', /is not sealed/, /^sops encrypt/],
    ['tagged.yaml', `a: !${PLANTED} b\n`, 'BAD_VALUE', /has a YAML tag \(line 1\)/, undefined],
    ['broken.json', `{"a":"${PLANTED}"`, 'BAD_VALUE', /is not valid JSON \(line 1\)/, undefined],
    ['broken.yaml', `a: "${PLANTED}\nb: [`, 'BAD_VALUE', /is not valid YAML/, undefined],
    ['list.json', `["${PLANTED}"]`, 'BAD_VALUE', /is not a JSON object/, undefined],
    ['list.yaml', `- ${PLANTED}\n`, 'BAD_VALUE', /is not a YAML map/, undefined],
    ['text.yaml', `${PLANTED}\n`, 'BAD_VALUE', /is not a YAML map/, undefined],
    ['empty.yaml', '', 'BAD_VALUE', /is empty/, undefined],
    ['empty.json', '', 'BAD_VALUE', /is not a JSON object/, undefined],
    ['empty.env', '', 'BAD_VALUE', /is not sealed/, /^sops encrypt/],
    ['secrets.enc', `A=${PLANTED}\n`, 'BAD_VALUE', /is not a binary file of sops/, /^\?format=dotenv/],
    ['some.ini', '[a]\nb=c\n', 'BAD_CONFIG', /is an INI file/, undefined],
    ['binary.env', new Uint8Array([0x41, 0x3d, 0xff, 0xfe]), 'BAD_VALUE', /is not UTF-8 text/, undefined],
    ['deep.json', '{"a":'.repeat(100_000), 'BAD_VALUE', /is nested deeper than 200 levels/, undefined],
    ['deep.yaml', `a: ${'['.repeat(5_000)}`, 'BAD_VALUE', /is n/, undefined],
    ['huge.env', `A=${'x'.repeat(4 * 1024 * 1024)}`, 'BAD_VALUE', /is larger than 4 MiB/, undefined],
  ])('%s', async (name, content, code, fact, hint) => {
    const path = folder.write(name, content)
    const failure = await failRead(path)
    expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(fact)])
    expect(failure.message).toContain(`sops://${path}`)
    if (hint) expect(failure.details.hint).toMatch(hint)
  })

  test('a folder', async () => {
    mkdirSync(`${folder.path}/folder.env`)
    expect((await failRead(`${folder.path}/folder.env`)).message).toMatch(/is a folder/)
  })

  test('a format that does not exist', async () => {
    const failure = await failRead(folder.write('x.env', sealed.env ?? ''), undefined, 'toml')
    expect([failure.code, failure.details.hint]).toEqual([
      'BAD_TEMPLATE',
      expect.stringContaining('?format=dotenv'),
    ])
  })

  test('a file that is not there is absent, not a failure', async () => {
    expect(await read(`${folder.path}/missing.env`)).toBeUndefined()
  })
})

describe('keys', () => {
  const sealedPath = () => folder.write('sealed.env', sealed.env ?? '')
  const places = (env: Inherited) => failRead(sealedPath(), env)

  test('no key anywhere: DENIED, and where it was looked for', async () => {
    const failure = await places({ HOME: folder.path })
    expect([failure.code, failure.message]).toEqual([
      'DENIED',
      expect.stringMatching(/is sealed for age1\w+: no age identity was found/),
    ])
    expect(failure.details.hint).toBe(
      `looked at SOPS_AGE_KEY (not set), SOPS_AGE_KEY_FILE (not set), ${folder.path}/.config/sops/age/keys.txt (no such file)`,
    )
  })

  test('sealed for someone else: DENIED, and for whom', async () => {
    const failure = await places({ SOPS_AGE_KEY: stranger.identity })
    expect(failure.code).toBe('DENIED')
    expect(failure.message).toContain(`is sealed for ${reader.recipient}: none of 1 age identities fits`)
  })

  test.each<[string, () => string, RegExp]>([
    [
      'a locked key file',
      () => '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n',
      /locked with a passphrase/,
    ],
    ['a plugin identity', () => 'AGE-PLUGIN-YUBIKEY-1QQPQQPQQ\n', /an identity of an age plugin/],
    ['an SSH key', () => `-----BEGIN OPENSSH PRIVATE KEY-----\n${PLANTED}\n`, /an SSH key/],
    ['something else', () => `# a comment\n\n${PLANTED}\n`, /line 3 is not an age identity/],
    [
      'a typing error in a key',
      () => reader.identity.replace(/.$/, last => (last === 'Q' ? 'P' : 'Q')),
      /line 1 has a wrong letter/,
    ],
    ['nothing', () => '# only a comment\n', /no age identity in it/],
  ])('%s', async (_, content, problem) => {
    const file = folder.write('keys.txt', content())
    const failure = await places({ SOPS_AGE_KEY_FILE: file })
    expect([failure.code, failure.details.hint]).toEqual(['DENIED', expect.stringMatching(problem)])
  })

  test('a key file that is a folder', async () => {
    const failure = await places({ SOPS_AGE_KEY_FILE: folder.path })
    expect([failure.code, failure.details.hint]).toEqual(['DENIED', expect.stringContaining('is a folder')])
  })

  test.each([
    ['kms', 'AWS KMS'],
    ['pgp', 'PGP'],
    ['hc_vault', 'HashiCorp Vault'],
    ['azure_kv', 'Azure Key Vault'],
    ['gcp_kms', 'Google Cloud KMS'],
  ])('a file sealed by %s only: BAD_CONFIG, and by what', async (field, name) => {
    const text = (sealed.env ?? '').replaceAll('sops_age__', `sops_${field}__`)
    const failure = await failRead(folder.write('other.env', text))
    expect([failure.code, failure.message]).toEqual([
      'BAD_CONFIG',
      expect.stringContaining(`is sealed for ${name} only`),
    ])
    expect(failure.details.hint).toMatch(/^sops rotate --in-place --add-age RECIPIENT .*other\.env$/)
  })

  test('a data key in parts: BAD_CONFIG', async () => {
    const group = (index: number, line: string) =>
      line.replace('sops_age__', `sops_key_groups__list_${index}__map_age__`)
    const text = (sealed.env ?? '').replaceAll(/^sops_age__.*\n/gm, line => group(0, line) + group(1, line))
    const failure = await failRead(folder.write('groups.env', text))
    expect([failure.code, failure.message]).toEqual([
      'BAD_CONFIG',
      expect.stringContaining('sealed for 2 key groups'),
    ])
  })
})
