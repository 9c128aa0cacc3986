import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import { type Audience, type Token, Tokens } from '../../../../src/providers/azure/tokens.ts'

const AUDIENCE: Audience = { authority: 'https://login.example', resource: 'https://vault.example' }
const signal = AbortSignal.timeout(10_000)

function tokensOf(...answers: (number | SecwrapError)[]) {
  const asked: Audience[] = []
  const tokens = new Tokens(async audience => {
    asked.push(audience)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof SecwrapError) throw answer
    return {
      value: `token ${asked.length}`,
      source: 'test',
      expiresAtMs: Date.now() + (answer ?? 0),
    } satisfies Token
  })
  return { tokens, asked, get: async (audience = AUDIENCE) => (await tokens.get(audience, signal)).value }
}

const HOUR_MS = 3_600_000

test('one request for all who ask for the same, one for each who does not', async () => {
  const { get, asked } = tokensOf(HOUR_MS)
  const other = { ...AUDIENCE, tenant: 'other' }
  expect(await Promise.all([get(), get(), get(other), get()])).toEqual([
    'token 1',
    'token 1',
    'token 2',
    'token 1',
  ])
  expect(await get()).toBe('token 1')
  expect(asked).toEqual([AUDIENCE, other])
})

test('a token near its end is fetched again, once', async () => {
  const { get, asked } = tokensOf(4_000, HOUR_MS)
  expect(await get()).toBe('token 1')
  expect(await Promise.all([get(), get(), get()])).toEqual(['token 2', 'token 2', 'token 2'])
  expect(asked).toHaveLength(2)
})

test('a failure that may pass is tried again; any other stays', async () => {
  const passing = new SecwrapError('UNAVAILABLE', 'busy', { retry: {} })
  const lasting = new SecwrapError('DENIED', 'wrong secret')
  const { get, asked } = tokensOf(passing, lasting, HOUR_MS)
  await expect(get()).rejects.toBe(passing)
  await expect(get()).rejects.toBe(lasting)
  await expect(get()).rejects.toBe(lasting)
  expect(asked).toHaveLength(2)
})
