import { expect, test } from '@jest/globals'
import type { SecretId } from '../../../../src/core/types.ts'
import { createPathReader } from '../../../../src/providers/ssm/paths.ts'
import { clientOf } from '../../../helpers/aws-client.ts'

function id(path: string, version?: string): SecretId {
  return { uri: `ssm://${path}`, scheme: 'ssm', path, options: {}, ...(version && { version }) }
}

const PAGE = { Recursive: true, WithDecryption: true, MaxResults: 10 }

test.each<[string, SecretId, object]>([
  ['a path', id('/prod/app/'), { Path: '/prod/app', ...PAGE }],
  ['the root', id('/'), { Path: '/', ...PAGE }],
  [
    'a label',
    { ...id('/prod/', 'live'), selector: 'label' },
    { Path: '/prod', ...PAGE, ParameterFilters: [{ Key: 'Label', Option: 'Equals', Values: ['live'] }] },
  ],
])('asks for %s', async (_, prefix, expected) => {
  const client = clientOf({ Parameters: [] })
  expect((await createPathReader(client)(prefix, AbortSignal.timeout(1_000))).size).toBe(0)
  expect(client.asked).toEqual([expected])
})

test('follows the pages, and names are relative to the path', async () => {
  const client = clientOf(
    { Parameters: [{ Name: '/prod/a', Value: '1' }], NextToken: 'two' },
    { Parameters: [], NextToken: 'three' },
    { Parameters: [{ Name: '/prod/deep/b', Value: '2' }], NextToken: '' },
  )
  const found = await createPathReader(client)(id('/prod/'), AbortSignal.timeout(1_000))
  expect([...found].map(([name, secret]) => [name, secret.reveal()])).toEqual([
    ['a', '1'],
    ['deep/b', '2'],
  ])
  expect(client.asked).toMatchObject([{}, { NextToken: 'two' }, { NextToken: 'three' }])
})

test('below the root are names with a slash and without', async () => {
  const client = clientOf({
    Parameters: [
      { Name: '/a', Value: '1' },
      { Name: 'b', Value: '2' },
    ],
  })
  const found = await createPathReader(client)(id('/'), AbortSignal.timeout(1_000))
  expect([...found.keys()]).toEqual(['a', 'b'])
})

test.each([
  ['without a slash', id('prod/'), 'ssm:///prod/'],
  ['with a version', id('/prod/', '3'), undefined],
])('a path %s: BAD_TEMPLATE, and nothing is asked', async (_, prefix, hint) => {
  const client = clientOf()
  const attempt = createPathReader(client)(prefix, AbortSignal.timeout(1_000))
  await expect(attempt).rejects.toMatchObject({ code: 'BAD_TEMPLATE', details: hint ? { hint } : {} })
  expect(client.asked).toEqual([])
})
