import { expect, test } from '@jest/globals'
import { regionInArn } from '../../../../src/providers/aws/arn.ts'

test.each([
  ['/prod/db', undefined],
  ['arn', undefined],
  ['arn:aws-cn:ssm:cn-north-1:111122223333:parameter/prod/db', 'cn-north-1'],
  ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/app-a1B2c3', 'eu-west-1'],
])('regionInArn(%j)', (path, region) => {
  expect(regionInArn(path)).toBe(region)
})
