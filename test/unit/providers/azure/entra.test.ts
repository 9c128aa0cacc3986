import { expect, test } from '@jest/globals'
import { explainRefusal, readToken } from '../../../../src/providers/azure/entra.ts'

function respond(body: unknown, status = 200) {
  return { status, headers: new Headers(), text: typeof body === 'string' ? body : JSON.stringify(body) }
}

const AT_MS = Date.parse('2100-01-01T00:00:00Z')

test.each([
  ['seconds since 1970, as text', { expires_on: String(AT_MS / 1_000) }],
  ['seconds since 1970', { expires_on: AT_MS / 1_000 }],
  ['an ISO date', { expires_on: '2100-01-01T00:00:00Z' }],
])('expires_on: %s', (_, times) => {
  expect(readToken(respond({ access_token: 'a token', ...times }), 'test')).toEqual({
    value: 'a token',
    source: 'test',
    expiresAtMs: AT_MS,
  })
})

test.each([
  ['expires_in', { expires_in: 600 }, 600_000],
  ['expires_in as text', { expires_in: '600' }, 600_000],
  ['nothing', {}, 300_000],
  ['nonsense', { expires_in: 'soon', expires_on: 'later' }, 300_000],
])('%s', (_, times, inMs) => {
  const token = readToken(respond({ access_token: 'a token', ...times }), 'test')
  expect(Math.abs((token?.expiresAtMs ?? 0) - Date.now() - inMs)).toBeLessThan(5_000)
})

test.each([
  ['a refusal', respond({ access_token: 'a token' }, 400)],
  ['a page', respond('<html>')],
  ['a list', respond(['a token'])],
  ['no token', respond({ token_type: 'Bearer' })],
  ['an empty one', respond({ access_token: '' })],
  ['one that is no text', respond({ access_token: { a: 1 } })],
])('%s is no token', (_, response) => {
  expect(readToken(response, 'test')).toBeUndefined()
})

test('a number that nobody listed is named, and nothing else', () => {
  const { code, message, details } = explainRefusal('999999', 'Entra ID', 'AZURE_CLIENT_SECRET')
  expect([code, message, details.hint]).toEqual([
    'DENIED',
    'Entra ID refuses AZURE_CLIENT_SECRET: the log-in is refused (AADSTS999999)',
    'AZURE_CLIENT_SECRET',
  ])
})
