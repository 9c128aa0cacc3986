import { expect, test } from '@jest/globals'
import { listPemBlocks } from '../../../../src/render/pkcs12/pem.ts'
import { toPem } from '../../../helpers/certificates.ts'
import { findLeaks } from '../../../helpers/leaks.ts'

const ONE = Buffer.from('the first planted content, long enough for two lines of base64')
const TWO = Buffer.from('the second one')
const [PEM, OTHER] = [toPem('CERTIFICATE', ONE), toPem('PRIVATE KEY', TWO)]

const BOTH = [
  { label: 'CERTIFICATE', der: ONE, isEncrypted: false },
  { label: 'PRIVATE KEY', der: TWO, isEncrypted: false },
]

test.each([
  ['a bundle', PEM + OTHER],
  ['without line ends at the end', (PEM + OTHER).trimEnd()],
  ['with text around', `subject=CN = app\n${PEM}\nissuer=\n${OTHER}# the end`],
  ['with CRLF', (PEM + OTHER).replaceAll('\n', '\r\n')],
  ['in one line', (PEM + OTHER).replaceAll('\n', ' ')],
  ['with line ends written out', (PEM + OTHER).replaceAll('\n', '\\n')],
  ['indented', (PEM + OTHER).replaceAll('\n', '\n    ')],
  [
    'fields of JSON',
    JSON.stringify({ certificate: PEM, private_key: OTHER, serial_number: '17:3a', expiration: 4 }),
  ],
  ['lists in JSON', JSON.stringify({ a: { ca_chain: [PEM, null, true, 1.0], b: [[{ OTHER }]] } })],
  ['a JSON text', JSON.stringify(PEM + OTHER)],
  [
    'numbers as they stand',
    `{"n": 12345678901234567890, "a": ${JSON.stringify(PEM)}, "b": ${JSON.stringify(OTHER)}}`,
  ],
])('%s', (_, secret) => {
  expect(listPemBlocks(secret)).toEqual(BOTH)
})

test.each([
  ['by its label', toPem('ENCRYPTED PRIVATE KEY', TWO), true],
  [
    'by headers',
    toPem('RSA PRIVATE KEY', TWO).replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n'),
    true,
  ],
  ['not by other headers', toPem('RSA PRIVATE KEY', TWO).replace('\n', '\nComment: hello\n\n'), false],
])('a key is encrypted %s', (_, secret, expected) => {
  expect(listPemBlocks(secret).map(({ der, isEncrypted }) => [Buffer.from(der), isEncrypted])).toEqual([
    [TWO, expected],
  ])
})

test.each([
  '',
  's3cret',
  '{}',
  'null',
  '[1, 2]',
  '{"a": {"b": null}}',
  '-----BEGIN',
  '-----END CERTIFICATE-----',
])('there is nothing in %j', secret => {
  expect(listPemBlocks(secret)).toEqual([])
})

test.each([
  ['without its end', PEM.slice(0, -9), 'pkcs12: the PEM of CERTIFICATE is cut off'],
  [
    'with the end of another',
    PEM.replace('END CERTIFICATE', 'END X'),
    'pkcs12: the PEM of CERTIFICATE is cut off',
  ],
  ['with a character lost', PEM.replace('dGhl', 'dGh'), 'pkcs12: the PEM of CERTIFICATE is not base64'],
  ['with another alphabet', PEM.replace('dGhl', 'dG_-'), 'pkcs12: the PEM of CERTIFICATE is not base64'],
  [
    'with nothing in it',
    toPem('PRIVATE KEY', new Uint8Array()),
    'pkcs12: the PEM of PRIVATE KEY is not base64',
  ],
])('PEM %s is told, without any of it', (_, secret, message) => {
  expect(() => listPemBlocks(secret)).toThrow(expect.objectContaining({ code: 'BAD_VALUE', message }))
  expect(findLeaks([ONE.toString(), TWO.toString()], message)).toEqual([])
})

test('JSON may be nested deeply', () => {
  const depth = 200_000
  expect(listPemBlocks(`${'['.repeat(depth)}${JSON.stringify(PEM)}${']'.repeat(depth)}`)).toHaveLength(1)
})

test('beginnings without an end take linear time', () => {
  const start = performance.now()
  expect(() => listPemBlocks('-----BEGIN A-----'.repeat(60_000))).toThrow('cut off')
  expect(listPemBlocks(PEM.repeat(5_000))).toHaveLength(5_000)
  expect(performance.now() - start).toBeLessThan(5_000)
})
