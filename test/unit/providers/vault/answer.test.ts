import { expect, test } from '@jest/globals'
import { parseJson } from '../../../../src/core/json.ts'
import { readAnswer } from '../../../../src/providers/vault/answer.ts'
import type { VaultAnswer } from '../../../../src/providers/vault/client.ts'

const id = { uri: 'vault://secret/api', scheme: 'vault', path: 'secret/api', options: {} }

function asked({ path = 'secret/data/api', unwraps = true } = {}) {
  return { id, path, unwraps, store: 'vault' }
}

function answer(status: number, body: string, text = ''): VaultAnswer {
  return { status, body: parseJson(body) as VaultAnswer['body'], text }
}

test.each([
  ['KV version 2', answer(200, '{"data":{"data":{"a":"1"},"metadata":{"version":1}}}'), asked(), '{"a":"1"}'],
  ['no fields', answer(200, '{"data":{"data":{},"metadata":{"version":1}}}'), asked(), '{}'],
  ['KV version 1', answer(200, '{"data":{"a":"1"}}'), asked({ unwraps: false }), '{"a":"1"}'],
  [
    'KV version 1 with fields data and metadata',
    answer(200, '{"data":{"data":{"a":1},"metadata":{}}}'),
    asked({ unwraps: false }),
    '{"data":{"a":1},"metadata":{}}',
  ],
  [
    'an API path that is not KV version 2',
    answer(200, '{"data":{"username":"u"}}'),
    asked(),
    '{"username":"u"}',
  ],
  [
    'numbers, digit for digit',
    answer(200, '{"data":{"a":12345678901234567890,"b":1.0,"c":1e400}}'),
    asked({ unwraps: false }),
    '{"a":12345678901234567890,"b":1.0,"c":1e400}',
  ],
  ['no envelope', answer(200, '{"sealed":false}'), asked({ unwraps: false }), '{"sealed":false}'],
  ['PEM', answer(200, '{}', '-----BEGIN'), asked({ unwraps: false }), '-----BEGIN'],
])('%s', (_, reply, question, text) => {
  expect(readAnswer(reply, question)?.reveal()).toBe(text)
})

test.each([
  ['missing', answer(404, '{"errors":[]}')],
  ['empty', answer(204, '{}')],
  ['null', answer(200, '{"data":null}')],
])('%s: nothing there', (_, reply) => {
  expect(readAnswer(reply, asked())).toBeUndefined()
})

test.each([
  [
    'deleted',
    answer(404, '{"data":{"data":null,"metadata":{"deletion_time":"2026","destroyed":false,"version":2}}}'),
    asked(),
    'NOT_FOUND',
    'vault://secret/api is deleted (version 2)',
  ],
  [
    'destroyed',
    answer(404, '{"data":{"data":null,"metadata":{"destroyed":true,"version":2}}}'),
    asked(),
    'NOT_FOUND',
    'vault://secret/api was destroyed (version 2)',
  ],
  [
    'data/ too much',
    answer(404, '{"errors":[]}'),
    asked({ path: 'secret/data/data/api' }),
    'NOT_FOUND',
    'vault://secret/api does not exist: paths are written without data/',
  ],
  [
    'data/ missing',
    answer(404, '{"data":null,"warnings":["Invalid path for a versioned K/V secrets engine."]}'),
    asked({ path: 'secret/api' }),
    'NOT_FOUND',
    'secret/api is in a KV version 2 mount, whose API paths have data/ after the mount',
  ],
  [
    'no mount',
    answer(404, '{"errors":["no handler for route \\"x\\". route entry not found."]}'),
    asked({ path: 'nosuch/x' }),
    'NOT_FOUND',
    'vault has no mount for nosuch/x',
  ],
  [
    'no namespace',
    answer(404, '{"errors":["namespace not found"]}'),
    asked(),
    'BAD_CONFIG',
    'vault has no such namespace',
  ],
  [
    'no such role',
    answer(400, '{"errors":["unknown role: app"]}'),
    asked({ path: 'database/creds/app' }),
    'NOT_FOUND',
    'database/creds/app does not exist in vault',
  ],
  [
    'writes only',
    answer(405, '{"errors":["1 error occurred:\\n\\t* unsupported operation\\n\\n"]}'),
    asked({ path: 'pki/issue/x' }),
    'BAD_TEMPLATE',
    'vault: pki/issue/x can only be written, not read',
  ],
  [
    'a mount that was just made',
    answer(
      400,
      '{"errors":["Upgrading from non-versioned to versioned data. This backend will be unavailable"]}',
    ),
    asked(),
    'UNAVAILABLE',
    'vault: the mount of secret/data/api is not ready yet',
  ],
  [
    'a control group',
    answer(200, '{"data":null,"wrap_info":{"token":"planted s3cret"}}'),
    asked(),
    'DENIED',
    'vault gives secret/data/api only after somebody else has approved it',
  ],
  [
    'refused for another reason',
    answer(400, '{"errors":["planted s3cret"]}'),
    asked(),
    'BAD_CONFIG',
    "vault can't read secret/data/api (HTTP 400)",
  ],
])('%s', (_, reply, question, code, message) => {
  expect(() => readAnswer(reply, question)).toThrow(expect.objectContaining({ code, message }))
})
