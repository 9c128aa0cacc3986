import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import { Secret } from '../../../../src/core/secret.ts'
import { RequestTokens } from '../../../../src/providers/secrets-manager/request-tokens.ts'

const ID = 'secretsmanager://prod/app'

/** The tokens of attempts that end as given. */
async function tokensOf(
  endings: readonly (Error | undefined)[],
  { secrets = [new Secret('a text')], ids = [ID] } = {},
): Promise<string[]> {
  const tokens = new RequestTokens()
  const used: string[] = []
  for (const [index, ending] of endings.entries()) {
    const attempt = tokens.use(
      secrets[index % secrets.length] as Secret,
      ids[index % ids.length] as string,
      async token => {
        used.push(token)
        if (ending) throw ending
      },
    )
    await attempt.catch(() => {})
  }
  return used
}

const LOST = new SecwrapError('UNAVAILABLE', 'no answer', { retry: {} })
const REFUSED = new SecwrapError('CONFLICT', 'exists already')

test.each<[string, (Error | undefined)[], number]>([
  ['an answer that was lost, again and again: one token', [LOST, LOST, undefined], 1],
  ['a write that went well is over: another token', [undefined, undefined], 2],
  ['a write that was refused is over: another token', [REFUSED, undefined], 2],
  ['a mistake of ours is over: another token', [new TypeError('bug'), undefined], 2],
])('%s', async (_, endings, count) => {
  const used = await tokensOf(endings)
  expect(used).toHaveLength(endings.length)
  expect(new Set(used).size).toBe(count)
})

test('no two secrets and no two names share a token', async () => {
  const secrets = [new Secret('same text'), new Secret('same text')]
  expect(new Set(await tokensOf([LOST, LOST], { secrets })).size).toBe(2)
  expect(new Set(await tokensOf([LOST, LOST], { ids: [ID, `${ID}2`] })).size).toBe(2)
})

test('a token is one that AWS takes: 32 to 64 characters', async () => {
  const [token = ''] = await tokensOf([undefined])
  expect(token).toMatch(/^[\w-]{32,64}$/)
})
