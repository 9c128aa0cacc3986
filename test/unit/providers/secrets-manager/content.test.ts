import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import type { SecretId } from '../../../../src/core/types.ts'
import { contentOf } from '../../../../src/providers/secrets-manager/content.ts'

function idWith(options: SecretId['options'] = {}): SecretId {
  return { uri: 'secretsmanager://prod/app', scheme: 'secretsmanager', path: 'prod/app', options }
}

const BASE64 = idWith({ base64: 'true' })

test.each([
  ['text', idWith(), 'a text', { SecretString: 'a text' }],
  ['64 KiB', idWith(), 'ž'.repeat(32_768), { SecretString: 'ž'.repeat(32_768) }],
  ['bytes', BASE64, 'AP+A', { SecretBinary: Uint8Array.from([0, 255, 128]) }],
  ['64 KiB of bytes', BASE64, new Uint8Array(65_536).toBase64(), { SecretBinary: new Uint8Array(65_536) }],
])('%s', (_, id, value, content) => {
  expect(contentOf(id, value)).toEqual(content)
})

test.each([
  ['nothing', idWith(), '', 'Secrets Manager keeps no empty values'],
  ['no bytes', BASE64, '', 'Secrets Manager keeps no empty values'],
  ['a byte more', idWith(), 'a'.repeat(65_537), 'Secrets Manager keeps at most 64 KiB'],
  ['no base64', BASE64, 'planted value!', 'the value is not base64'],
  ['half a group', BASE64, 'AP+', 'the value is not base64'],
])('%s: BAD_VALUE, and it is not told', (_, id, value, fact) => {
  const attempt = () => contentOf(id, value)
  expect(attempt).toThrow(SecwrapError)
  expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_VALUE', message: `${id.uri}: ${fact}` }))
})
