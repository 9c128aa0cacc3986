import { expect, test } from '@jest/globals'
import type { SecretId } from '../../../../src/core/types.ts'
import { secretArn, versionOf } from '../../../../src/providers/secrets-manager/names.ts'

const ID: SecretId = { uri: '', scheme: 'secretsmanager', path: 'prod/app', options: {} }
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/app-a1B2c3'

test.each([
  [{}, {}],
  [{ version: 'v1' }, { VersionId: 'v1' }],
  [{ version: 'AWSPREVIOUS', selector: 'stage' as const }, { VersionStage: 'AWSPREVIOUS' }],
])('the version of %j', (selected, expected) => {
  expect(versionOf({ ...ID, ...selected })).toEqual(expected)
})

test.each([
  ['prod/app', 'eu-west-1', 'arn:aws:secretsmanager:eu-west-1:*:secret:prod/app-??????'],
  ['prod/app', 'cn-north-1', 'arn:aws-cn:secretsmanager:cn-north-1:*:secret:prod/app-??????'],
  [ARN, 'eu-west-1', ARN],
])('secretArn(%j) in %s', (path, region, arn) => {
  expect(secretArn({ ...ID, path }, region)).toBe(arn)
})
