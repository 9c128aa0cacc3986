import { expect, test } from '@jest/globals'
import { readChallenge } from '../../../../src/providers/azure/challenge.ts'
import type { VaultPlace } from '../../../../src/providers/azure/names.ts'

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const PLACE: VaultPlace = {
  name: 'my-vault',
  origin: 'https://my-vault.vault.azure.net',
  store: 'key vault at https://my-vault.vault.azure.net',
  authority: 'https://login.microsoftonline.com',
  resource: 'https://vault.azure.net',
}

function read(header: string, place = PLACE) {
  return readChallenge(new Headers({ 'WWW-Authenticate': header }), place)
}

test.each([
  [`Bearer authorization="https://login.windows.net/${TENANT}", resource="https://vault.azure.net"`, TENANT],
  [
    `Bearer authorization_uri="https://login.windows.net/${TENANT}",resource="https://vault.azure.net"`,
    TENANT,
  ],
  [
    `Bearer scope="https://vault.azure.net/.default" authorization="https://x.example/${TENANT}/more"`,
    TENANT,
  ],
  ['Bearer resource="https://vault.azure.net"', undefined],
  ['Bearer authorization="no address", resource="https://vault.azure.net"', undefined],
  ['Bearer authorization="https://login.windows.net/a%2Fb", resource="https://vault.azure.net"', undefined],
])('%s', (header, tenant) => {
  expect(read(header)).toEqual({ resource: 'https://vault.azure.net', ...(tenant && { tenant }) })
})

test.each(['', 'Basic realm="x"', 'Bearer error="invalid_token"'])('nothing is asked for by %j', header => {
  expect(read(header)).toBeUndefined()
})

// The vault's host must lie in the domain of the service, label by label.
test.each([
  'https://management.azure.com',
  'https://my-vault.vault.azure.net',
  'https://ault.azure.net',
  'https://vault.azure.net.example.org',
  'http://vault.azure.net',
  'vault.azure.net',
])('a token for %s is not given', resource => {
  expect(() => read(`Bearer resource="${resource}"`)).toThrow('asks for a token for another service')
})

test('a vault whose address is a setting may ask for what it likes', () => {
  const { resource: _, ...place } = PLACE
  expect(read('Bearer resource="https://vault.my-cloud.example"', place)).toEqual({
    resource: 'https://vault.my-cloud.example',
  })
})
