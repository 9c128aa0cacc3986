import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../../src/core/errors.ts'
import type { HttpResponse } from '../../../../src/core/http.ts'
import { AwsRefusal, failureOf, notAws } from '../../../../src/providers/aws/failures.ts'
import { findLeaks } from '../../../helpers/leaks.ts'

const STORE = 'parameter store at https://ssm.eu-west-1.amazonaws.com'
const PLANTED = 'PlantedValueOfASecret'

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: new Headers(headers), text }
}

test.each([
  ['AccessDeniedException', 'denied'],
  ['ParameterNotFound', 'missing'],
  ['ParameterVersionNotFound', 'missing'],
  ['ResourceNotFoundException', 'missing'],
  ['ValidationException', 'invalid'],
  ['InvalidKeyId', 'key'],
  ['DecryptionFailure', 'key'],
  ['InvalidRequestException', 'invalid'],
])('%s is about one id: %s', (code, kind) => {
  const failure = failureOf(answer(400, { __type: code, message: PLANTED }), STORE)
  expect(failure).toBeInstanceOf(AwsRefusal)
  expect(failure).toMatchObject({ kind, code })
})

test.each([
  ["You can't perform this operation on the secret because it was marked for deletion.", 'deleted'],
  ['a secret with this name is already scheduled for deletion', 'deleted'],
  ['The secret is managed by another service.', 'invalid'],
  ['', 'deleted'],
])('of one code for all states, the sentence tells: %j: %s', (message, kind) => {
  const failure = failureOf(answer(400, { __type: 'InvalidRequestException', message }), STORE)
  expect(failure).toMatchObject({ kind })
})

test('a code that the caller explains is a refusal, whatever it is else', () => {
  const limit = answer(400, { __type: 'LimitExceededException', message: PLANTED })
  expect(failureOf(limit, STORE)).toMatchObject({ details: { retry: { throttled: true } } })
  expect(failureOf(limit, STORE, ['LimitExceededException'])).toMatchObject({
    code: 'LimitExceededException',
  })
  expect(failureOf(limit, STORE, ['LimitExceededException'])).toBeInstanceOf(AwsRefusal)
})

test.each([
  ['in the body', answer(400, { __type: 'com.amazonaws.ssm#AccessDeniedException' })],
  [
    'in the header',
    answer(400, '{}', { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' }),
  ],
  ['in the header of a body without JSON', answer(403, '', { 'x-amzn-errortype': 'AccessDeniedException' })],
])('the code is found %s', (_, response) => {
  expect(failureOf(response, STORE)).toMatchObject({ kind: 'denied', code: 'AccessDeniedException' })
})

test.each([
  [
    'User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: kms:Decrypt on resource: arn',
    'kms:Decrypt',
  ],
  ['is not authorized to perform: ssm:GetParameters because', 'ssm:GetParameters'],
  ['is not authorized to perform: ssm:GetParametersByPath on', 'ssm:GetParametersByPath'],
  ['is not authorized to perform: ssm:PutParameter on', 'ssm:PutParameter'],
  ['is not authorized to perform: kms:GenerateDataKey on', 'kms:GenerateDataKey'],
  ['is not authorized to perform: secretsmanager:PutSecretValue on', 'secretsmanager:PutSecretValue'],
  [`is not authorized to perform: ssm:${PLANTED} on`, undefined],
  [`is not authorized to perform: ${PLANTED}:x on`, undefined],
  [{ text: PLANTED }, undefined],
])('the permission that is missing, of %j', (message, permission) => {
  const failure = failureOf(answer(400, { __type: 'AccessDeniedException', Message: message }), STORE)
  expect(failure).toMatchObject({ permission })
})

test.each<[string, HttpResponse, string, object | undefined]>([
  // code and retry of the SecwrapError
  ['expired', answer(400, { __type: 'ExpiredTokenException' }), 'DENIED', undefined],
  ['unknown key', answer(400, { __type: 'UnrecognizedClientException' }), 'DENIED', undefined],
  ['wrong key', answer(403, { __type: 'InvalidSignatureException' }), 'DENIED', undefined],
  ['throttled', answer(400, { __type: 'ThrottlingException' }), 'UNAVAILABLE', { throttled: true }],
  [
    'throttled, when',
    answer(400, { __type: 'ThrottlingException' }, { 'retry-after': '2' }),
    'UNAVAILABLE',
    { throttled: true, afterMs: 2_000 },
  ],
  ['429', answer(429, ''), 'UNAVAILABLE', { throttled: true }],
  ['a failing server', answer(500, { __type: 'InternalServerError' }), 'UNAVAILABLE', {}],
  ['a failing proxy', answer(502, '<html>'), 'UNAVAILABLE', {}],
  ['an unknown code', answer(400, { __type: 'BrandNewException' }), 'UNAVAILABLE', undefined],
  ['a page', answer(404, '<html>'), 'UNAVAILABLE', undefined],
  ['a redirect', answer(302, ''), 'UNAVAILABLE', undefined],
])('%s', (_, response, code, retry) => {
  const failure = failureOf(response, STORE)
  expect(failure).toBeInstanceOf(SecwrapError)
  expect(failure).toMatchObject({ code, message: expect.stringContaining(STORE) })
  expect((failure as SecwrapError).details.retry).toEqual(retry)
})

test.each([
  [{ __type: 'BrandNewException' }, 'BrandNewException'],
  [{ __type: 'ThrottlingException' }, 'ThrottlingException'],
  [{ __type: PLANTED }, 'HTTP 418'],
  [{ __type: `constructor` }, 'HTTP 418'],
  [{ __type: 'toString' }, 'HTTP 418'],
  [{ __type: ['x'] }, 'HTTP 418'],
  [null, 'HTTP 418'],
])('of %j the message has %s', (body, told) => {
  expect(failureOf(answer(418, body), STORE).message).toContain(told)
})

test('a wrong clock is told apart from a wrong key', () => {
  const at = (skewMs: number) => ({ date: new Date(Date.now() - skewMs).toUTCString() })
  const hints = [0, 60_000, 3_600_000].map(skewMs => {
    const failure = failureOf(answer(403, { __type: 'InvalidSignatureException' }, at(skewMs)), STORE)
    return (failure as SecwrapError).details.hint
  })
  expect(hints).toEqual([
    'aws sts get-caller-identity',
    'aws sts get-caller-identity',
    'set the clock of this machine: it is 60 minutes off',
  ])
})

test.each([400, 403, 404, 418, 429, 500, 503])('a value in an answer of %s is in no message', status => {
  const bodies = [
    { __type: 'ValidationException', message: PLANTED },
    { __type: PLANTED, message: PLANTED },
    { __type: 'ExpiredTokenException', Message: PLANTED },
    { __type: 'AccessDeniedException', message: `perform: ssm:${PLANTED}1 on` },
    `<html>${PLANTED}</html>`,
  ]
  for (const body of bodies) {
    const failure = failureOf(answer(status, body, { 'x-amzn-requestid': PLANTED }), STORE)
    expect(findLeaks([PLANTED], JSON.stringify([failure, failure.message, Object.entries(failure)]))).toEqual(
      [],
    )
  }
})

test('an answer of another kind may come right', () => {
  expect(notAws(STORE)).toMatchObject({ code: 'UNAVAILABLE', details: { retry: {} } })
})
