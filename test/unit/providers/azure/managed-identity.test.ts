import { expect, test } from '@jest/globals'
import { isMetadataService, isUncommon } from '../../../../src/providers/azure/managed-identity.ts'

test.each([
  ['Azure: the header is missing', 400, true],
  ['Azure: being updated', 410, true],
  ['Azure: too many requests', 429, true],
  ['Azure: failing', 500, true],
  ['another cloud, which wants a session', 401, false],
  ['another cloud, which wants a header of its own', 403, false],
  ['another cloud, which has no such path', 404, false],
  ['a portal', 200, false],
])('%s', (_, status, expected) => {
  expect(isMetadataService(status)).toBe(expected)
})

const endpoint = { IDENTITY_ENDPOINT: 'http://127.0.0.1:41/msi/token' }

test.each([
  ['the metadata service', {}, false],
  ['App Service', { ...endpoint, IDENTITY_HEADER: 'h' }, false],
  ['Service Fabric', { ...endpoint, IDENTITY_HEADER: 'h', IDENTITY_SERVER_THUMBPRINT: 't' }, true],
  ['Arc', { ...endpoint, IMDS_ENDPOINT: 'http://127.0.0.1:40342' }, true],
  ['Cloud Shell', { MSI_ENDPOINT: 'http://localhost:50342/oauth2/token' }, true],
  ['Machine Learning', { MSI_ENDPOINT: 'http://127.0.0.1:46808/token', MSI_SECRET: 's' }, true],
])('%s: left to the SDK: %#', (_, env, expected) => {
  expect(isUncommon(env)).toBe(expected)
})
