import { expect, test } from '@jest/globals'
import { parameterArn, parameterName, splitSelector } from '../../../../src/providers/ssm/names.ts'

const ARN = 'arn:aws-cn:ssm:cn-north-1:111122223333:parameter/prod/db'

test.each([
  ['/prod/db', undefined, '/prod/db'],
  ['/prod/db', '3', '/prod/db:3'],
  ['db', 'live', 'db:live'],
  [ARN, '3', `${ARN}:3`],
])('parameterName(%j, %j)', (path, version, expected) => {
  const id = { uri: '', scheme: 'ssm', path, options: {}, ...(version && { version }) }
  expect(parameterName(id)).toBe(expected)
})

test.each([
  ['/prod/db', '/prod/db', undefined],
  ['/prod/db:3', '/prod/db', '3'],
  ['db:live', 'db', 'live'],
  [ARN, ARN, undefined],
  [`${ARN}:3`, ARN, '3'],
])('splitSelector(%j)', (text, name, selector) => {
  expect(splitSelector(text)).toEqual({ name, ...(selector && { selector }) })
})

test.each([
  ['/prod/db', 'arn:aws:ssm:eu-west-1:*:parameter/prod/db'],
  ['db:3', 'arn:aws:ssm:eu-west-1:*:parameter/db'],
  ['/prod/app/', 'arn:aws:ssm:eu-west-1:*:parameter/prod/app'],
  [`${ARN}:3`, ARN],
])('parameterArn(%j)', (path, arn) => {
  expect(parameterArn({ uri: '', scheme: 'ssm', path, options: {} }, 'eu-west-1')).toBe(arn)
})
