import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import type { SecretId } from '../../../../src/core/types.ts'
import { batchIn, isAskedBy, secretOf, valueIn } from '../../../../src/providers/secrets-manager/answers.ts'

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/app-a1B2c3'
const VALUE = { Name: 'prod/app', ARN, SecretString: 'a text' }

function id(path: string, options: SecretId['options'] = {}): SecretId {
  return { uri: `secretsmanager://${path}`, scheme: 'secretsmanager', path, options }
}

test.each<[string, unknown, boolean]>([
  ['a text', VALUE, true],
  ['bytes', { Name: 'a', ARN, SecretBinary: 'YQ==' }, true],
  ['neither', { Name: 'a', ARN }, false],
  ['a number', { ...VALUE, SecretString: 5 }, false],
  ['no name', { ARN, SecretString: 'x' }, false],
  ['a list', [VALUE], false],
  ['null', null, false],
])('the value of an answer with %s', (_, answer, isValue) => {
  expect(valueIn(answer) !== undefined).toBe(isValue)
})

test('a batch gives values and what is missing; other errors are left open', () => {
  const Errors = [
    { SecretId: 'gone', ErrorCode: 'ResourceNotFoundException' },
    { SecretId: 'secret', ErrorCode: 'AccessDeniedException' },
    null,
  ]
  expect(batchIn({ SecretValues: [VALUE], Errors })).toEqual({ values: [VALUE], missing: new Set(['gone']) })
  expect(batchIn({ SecretValues: [VALUE] })?.missing.size).toBe(0)
  expect(batchIn({ Errors })?.values).toEqual([])
})

test.each<[string, Record<string, unknown>]>([
  ['empty', {}],
  ['without values and errors', { SecretValues: [], Errors: [] }],
  ['with a broken value', { SecretValues: [VALUE, { Name: 'a' }] }],
  ['with something else for a list', { SecretValues: {} }],
  ['with something else for errors', { SecretValues: [VALUE], Errors: 'x' }],
])('a batch %s is a broken answer', (_, answer) => {
  expect(batchIn(answer)).toBeUndefined()
})

test.each([
  ['prod/app', true],
  [ARN, true],
  [ARN.slice(0, -7), true],
  ['prod/ap', false],
  [ARN.slice(0, -6), false],
  [`${ARN.slice(0, -11)}`, false],
  ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod', false],
])('asked by %s: %s', (path, expected) => {
  expect(isAskedBy(VALUE, id(path))).toBe(expected)
})

test('an ARN without its last characters is not another secret with a longer name', () => {
  const other = { ...VALUE, Name: 'prod/app-old', ARN: ARN.replace('app-', 'app-old-') }
  expect(isAskedBy(other, id(ARN.slice(0, -7)))).toBe(false)
})

test.each([
  ['text', {}, { SecretString: 'x' }, 'x'],
  ['empty text', {}, { SecretString: '' }, ''],
  ['bytes that are text', {}, { SecretBinary: 'xb5sdXTDvQ==' }, 'žlutý'],
  ['bytes as base64', { base64: 'true' }, { SecretBinary: '/w==' }, '/w=='],
  ['text as base64', { base64: 'true' }, { SecretString: 'žlutý' }, 'xb5sdXTDvQ=='],
])('%s', (_, options, content, expected) => {
  const secret = secretOf({ Name: 'a', ARN, ...content }, id('a', options))
  expect(secret instanceof SecwrapError ? secret : secret.reveal()).toBe(expected)
})

test.each(['/w==', 'no base64!', 'YQ=='.repeat(2)])('bytes %j that are no text: BAD_VALUE', base64 => {
  const found = secretOf({ Name: 'a', ARN, SecretBinary: base64 }, id('a'))
  expect(found).toMatchObject({ code: 'BAD_VALUE', details: { hint: 'secretsmanager://a?base64' } })
})

test('version and age come along', () => {
  const found = secretOf({ ...VALUE, VersionId: 'v1', CreatedDate: 1_764_000_000 }, id('prod/app'))
  expect(found).toMatchObject({ facts: { version: 'v1', updatedAt: new Date(1_764_000_000_000) } })
})
