/** A role by a token of the platform, from the lab's STS. */
import { expect, test } from '@jest/globals'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { fail, inBothRuntimes, PLANTED, read, serveProxy, webIdentityEnv } from './sources.ts'

inBothRuntimes(() => {
  test('a web identity: one call of STS with the token of the file', async () => {
    using folder = createFolder()
    const sts = await serveProxy()
    const env = await webIdentityEnv(folder.write('token', `${PLANTED}\n`))
    expect(await read({ ...env, AWS_ENDPOINT_URL_STS: sts.address })).toBe('a text')
    expect(sts.requests).toHaveLength(1)
    const form = new URLSearchParams(sts.requests[0]?.body)
    expect([form.get('WebIdentityToken'), form.get('RoleSessionName')]).toEqual([PLANTED, 'secwrap'])
  })

  test.each([
    ['an expired token', 400, '<Code>ExpiredTokenException</Code>', 'DENIED', 'the token is expired'],
    ['a role without trust', 403, '<Code>AccessDenied</Code>', 'DENIED', 'the role does not trust the token'],
    ['another refusal', 400, `<Code>Whatever</Code><Message>${PLANTED}</Message>`, 'DENIED', 'HTTP 400'],
    ['a failing STS', 503, '', 'UNAVAILABLE', 'HTTP 503'],
    ['an answer without keys', 200, '<AssumeRoleWithWebIdentityResponse/>', 'UNAVAILABLE', 'no credentials'],
  ])('web identity, %s', async (_, status, body, code, message) => {
    using folder = createFolder()
    const sts = await serveProxy()
    sts.fault = () => ({
      kind: 'answer',
      status,
      body: `<ErrorResponse><Error>${body}</Error></ErrorResponse>`,
    })
    const env = await webIdentityEnv(folder.write('token', PLANTED))
    const failure = await fail({ ...env, AWS_ENDPOINT_URL_STS: sts.address })
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(message)])
  })

  test('web identity, no token file: DENIED, and its name', async () => {
    const failure = await fail(await webIdentityEnv('/nowhere/token'))
    expect([failure.code, failure.message]).toEqual([
      'DENIED',
      "the token file /nowhere/token can't be read (ENOENT)",
    ])
  })
})
