import { expect, test } from '@jest/globals'
import { Secret } from '../../../../src/core/secret.ts'
import type { SecretId } from '../../../../src/core/types.ts'
import { createPrefixReader } from '../../../../src/providers/secrets-manager/prefixes.ts'
import type { SecretReader } from '../../../../src/providers/secrets-manager/read.ts'
import { clientOf } from '../../../helpers/aws-client.ts'

const PREFIX: SecretId = {
  uri: 'secretsmanager://prod/?stage=AWSPENDING',
  scheme: 'secretsmanager',
  path: 'prod/',
  version: 'AWSPENDING',
  selector: 'stage',
  options: {},
}

function pageOf(names: readonly string[], NextToken?: string) {
  return { SecretList: names.map(Name => ({ Name })), ...(NextToken && { NextToken }) }
}

/** Reads every id as its own path, and keeps the batches. */
function readerOf(batches: SecretId[][]): Pick<SecretReader, 'read'> {
  return {
    async read(_, ids) {
      batches.push([...ids])
      return new Map(ids.map(id => [id, new Secret(id.path)]))
    },
  }
}

test('lists page by page, reads full batches, and leaves out what only looks like it', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `prod/n${index}`)
  const client = clientOf(pageOf([...names.slice(0, 9), 'PROD/other'], 'next'), pageOf(names.slice(9)))
  const batches: SecretId[][] = []
  const found = await createPrefixReader(client, readerOf(batches))(PREFIX, AbortSignal.timeout(1_000))
  expect([...found.keys()]).toEqual(names.map(name => name.slice('prod/'.length)))
  expect(batches.map(batch => batch.length)).toEqual([20, 5])
  const asked = { Filters: [{ Key: 'name', Values: ['prod/'] }], MaxResults: 100 }
  expect(client.asked).toEqual([asked, { ...asked, NextToken: 'next' }])
})

test('the stage of a prefix is that of each secret', async () => {
  const batches: SecretId[][] = []
  await createPrefixReader(clientOf(pageOf(['prod/a'])), readerOf(batches))(
    PREFIX,
    AbortSignal.timeout(1_000),
  )
  expect(batches).toEqual([[{ ...PREFIX, path: 'prod/a', uri: 'secretsmanager://prod/a?stage=AWSPENDING' }]])
})

test('a version of a prefix: BAD_TEMPLATE, and nothing is asked', async () => {
  const client = clientOf()
  const { selector: _, ...versioned } = PREFIX
  const attempt = createPrefixReader(client, readerOf([]))(versioned, AbortSignal.timeout(1_000))
  await expect(attempt).rejects.toMatchObject({ code: 'BAD_TEMPLATE' })
  expect(client.asked).toEqual([])
})
