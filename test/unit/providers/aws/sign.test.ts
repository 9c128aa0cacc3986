import { expect, test } from '@jest/globals'
import { AwsV4Signer } from 'aws4fetch'
import fc from 'fast-check'
import {
  type AwsCredentials,
  createSigner,
  type UnsignedRequest,
} from '../../../../src/providers/aws/sign.ts'

const NOW = new Date('2026-11-24T10:15:00Z')

const request: UnsignedRequest = {
  url: new URL('https://ssm.eu-west-1.amazonaws.com/'),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.GetParameters' },
  body: '{"Names":["/prod/db"]}',
}
const credentials: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

async function reference(
  { url, headers, body }: UnsignedRequest,
  keys: AwsCredentials,
  service: string,
  region: string,
): Promise<Headers> {
  const datetime = NOW.toISOString().replace(/[:-]|\.\d{3}/g, '')
  const signer = new AwsV4Signer({
    ...keys,
    ...{
      method: 'POST',
      url: url.href,
      headers: { ...headers },
      body,
      service,
      region,
      datetime,
      allHeaders: true,
    },
  })
  return (await signer.sign()).headers
}

const texts = fc.string({ unit: 'binary', maxLength: 60 })
const tokens = fc.stringMatching(/^[A-Za-z0-9/+=]{1,60}$/)
const headerValues = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/)
const paths = fc.stringMatching(/^(\/[A-Za-z0-9!'()*~._+ é%-]{0,8}){1,4}$/)

test('makes the signature that aws4fetch makes, whatever is sent', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        body: texts,
        header: headerValues,
        path: paths,
        secret: tokens,
        session: fc.option(tokens),
      }),
      fc.constantFrom('ssm', 'secretsmanager', 'sts'),
      fc.constantFrom('eu-west-1', 'cn-north-1', 'us-gov-west-1'),
      async ({ body, header, path, secret, session }, service, region) => {
        const url = new URL(`http://127.0.0.1:4566${path}`)
        const sent = { url, headers: { 'Content-Type': 'text/plain', 'X-Custom': header }, body }
        const keys = {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: secret,
          ...(session !== null && { sessionToken: session }),
        }
        const ours = createSigner(service, region)(sent, keys, NOW)
        const theirs = await reference(sent, keys, service, region)
        expect(ours.authorization).toBe(theirs.get('authorization'))
        expect(ours['x-amz-security-token'] ?? null).toBe(theirs.get('x-amz-security-token'))
      },
    ),
  )
})

test('changes with every part of the request, so nothing is left unsigned', () => {
  const sign = createSigner('ssm', 'eu-west-1')
  const signatures = [
    sign(request, credentials, NOW),
    sign({ ...request, body: '{"Names":["/prod/dc"]}' }, credentials, NOW),
    sign({ ...request, url: new URL('https://ssm.eu-west-2.amazonaws.com/') }, credentials, NOW),
    sign({ ...request, url: new URL('https://ssm.eu-west-1.amazonaws.com/a') }, credentials, NOW),
    sign(
      { ...request, headers: { ...request.headers, 'x-amz-target': 'AmazonSSM.PutParameter' } },
      credentials,
      NOW,
    ),
    sign(request, { ...credentials, secretAccessKey: 'other' }, NOW),
    sign(request, { ...credentials, sessionToken: 'session' }, NOW),
    sign(request, credentials, new Date('2026-11-25T10:15:00Z')),
    createSigner('ssm', 'eu-west-2')(request, credentials, NOW),
    createSigner('sts', 'eu-west-1')(request, credentials, NOW),
  ].map(headers => headers.authorization?.split('Signature=')[1])
  expect(new Set(signatures).size).toBe(10)
  expect(signatures.every(signature => /^[0-9a-f]{64}$/.test(signature ?? ''))).toBe(true)
})
