import { expect, test } from '@jest/globals'
import { failureOf, notVault } from '../../../../src/providers/vault/failures.ts'

const PLANTED = 'hvs.planted-token-1234567890'

function respond(status: number, text = '', headers: Record<string, string> = {}) {
  return { status, text: `${text}${PLANTED}`, headers: new Headers(headers) }
}

test.each([
  ['sealed', respond(503, '{"errors":["Vault is sealed"]}'), 'UNAVAILABLE', 'vault is sealed', {}],
  [
    'not initialized',
    respond(503, 'Vault is not initialized'),
    'UNAVAILABLE',
    'vault is not initialized',
    {},
  ],
  [
    'no leader',
    respond(500, 'local node not active but active cluster node not found'),
    'UNAVAILABLE',
    'vault has no active node',
    {},
  ],
  [
    'a broken backend',
    respond(500, '{"errors":["pq: password authentication failed"]}'),
    'UNAVAILABLE',
    'vault failed (HTTP 500)',
    {},
  ],
  ['a load balancer', respond(502, '<html>'), 'UNAVAILABLE', 'vault failed (HTTP 502)', {}],
  ['rate limit', respond(429), 'UNAVAILABLE', 'vault limits the rate of requests', { throttled: true }],
  [
    'rate limit with a wish',
    respond(429, '', { 'retry-after': '7' }),
    'UNAVAILABLE',
    'vault limits the rate of requests',
    { throttled: true, afterMs: 7_000 },
  ],
  ['a replica that lags', respond(412), 'UNAVAILABLE', 'vault has not seen the newest writes yet', {}],
  [
    'disaster recovery secondary',
    respond(472),
    'UNAVAILABLE',
    'vault is a disaster recovery secondary, which answers no reads',
    undefined,
  ],
  [
    'performance standby',
    respond(473),
    'UNAVAILABLE',
    "vault is a performance standby, which can't answer this",
    undefined,
  ],
  [
    'a redirect',
    respond(307, '', { location: `https://active:8200/v1/x?${PLANTED}` }),
    'UNAVAILABLE',
    'vault redirects to another address, where the token is not sent',
    undefined,
  ],
])('%s', (_, response, code, message, retry) => {
  const failure = failureOf(response, 'vault')
  expect(failure).toMatchObject({ code, message })
  expect(failure?.details.retry).toEqual(retry)
  expect(JSON.stringify([failure, failure?.message])).not.toContain(PLANTED)
})

test('a redirect names the address to use', () => {
  const response = respond(307, '', { location: 'https://active:8200/v1/secret/data/x' })
  expect(failureOf(response, 'vault')?.details.hint).toBe('VAULT_ADDR=https://active:8200')
})

test.each([
  respond(413, '{"errors":["http: request body too large"]}'),
  respond(500, '{"errors":["put failed due to value being too large; got 2 bytes, max: 1 bytes"]}'),
])('HTTP $status to a value that is too large', response => {
  const failure = failureOf(response, 'vault')
  expect(failure).toMatchObject({ code: 'BAD_VALUE', message: 'vault takes no value as large as this' })
  expect(failure?.details.retry).toBeUndefined()
})

test.each([200, 204, 400, 403, 404, 405])('HTTP %i is about the path', status => {
  expect(failureOf(respond(status), 'vault')).toBeUndefined()
})

test.each([
  [
    'a web page',
    respond(200, '<html>'),
    'UNAVAILABLE',
    'vault does not answer as a vault server does (HTTP 200)',
  ],
  [
    'HTTP to a TLS port',
    respond(400, 'Client sent an HTTP request to an HTTPS server.\n'),
    'BAD_CONFIG',
    'vault speaks TLS, but was asked without it',
  ],
])('%s is no answer of a Vault', (_, response, code, message) => {
  expect(notVault(response, 'vault')).toMatchObject({ code, message })
})
