import { request as sendRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from '@jest/globals'
import { startHttpProxy } from '../../helpers/http-proxy.ts'
import { unrestricted } from '../../lab/aws-access.ts'
import { openLab } from '../../lab/index.ts'
import { type LoginLab, openLoginLab, READ } from './login-lab.ts'
import { tokenOf } from './store.ts'

let lab: LoginLab
beforeAll(async () => {
  lab = await openLoginLab()
})

test('AWS: a signed request by which Vault asks STS who this is', async () => {
  const identity = unrestricted()
  const given = tokenOf(await lab.vault.call('POST', 'auth/token/create', { policies: [lab.policy] }))
  await using proxy = await startHttpProxy(lab.vault.address)
  proxy.fault = ({ path }) =>
    path === '/v1/auth/aws/login'
      ? { kind: 'answer', status: 200, body: JSON.stringify({ auth: { client_token: given } }) }
      : undefined
  const env = {
    VAULT_ADDR: proxy.address,
    VAULT_AUTH_METHOD: 'aws',
    VAULT_ROLE: 'app',
    VAULT_AWS_HEADER_VALUE: 'lab.vault.example',
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
  }
  expect(await lab.readApp(env)).toBe(READ)
  const login = JSON.parse(proxy.requests[0]?.body ?? '') as Record<string, string>
  expect(login).toMatchObject({ role: 'app', iam_http_request_method: 'POST' })
  expect(JSON.stringify(login)).not.toContain(identity.secretAccessKey)
  // What Vault does with it: the same request, sent to STS, which answers with the identity of the signer.
  const [status, answer] = await sendToSts(login)
  expect([status, answer]).toEqual([200, expect.stringContaining('<GetCallerIdentityResult>')])
  const [refused] = await sendToSts({
    ...login,
    iam_request_body: btoa('Action=GetCallerIdentity&Version=x'),
  })
  expect(refused).toBe(403)
})

async function sendToSts(login: Readonly<Record<string, string>>): Promise<[status: number, text: string]> {
  const { iam_request_url: url = '', iam_request_headers: headers = '', iam_request_body: body = '' } = login
  const sent = JSON.parse(atob(headers)) as Record<string, string>
  expect(sent['x-vault-aws-iam-server-id']).toBe('lab.vault.example')
  const { host } = new URL(atob(url))
  const { promise, resolve, reject } = Promise.withResolvers<[number, string]>()
  const options = { method: 'POST', headers: { ...sent, host } }
  const request = sendRequest(openLab().aws.endpoint, options, async response => {
    resolve([response.statusCode ?? 0, await text(response)])
  })
  request.on('error', reject).end(atob(body))
  return promise
}
