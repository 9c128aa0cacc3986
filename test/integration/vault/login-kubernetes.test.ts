import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { openLab } from '../../lab/index.ts'
import { failureOf } from '../contract/store.ts'
import { createJwt, serve } from './issuer.ts'
import { type LoginLab, openLoginLab, READ, VALUE } from './login-lab.ts'

let lab: LoginLab
beforeAll(async () => {
  lab = await openLoginLab()
})

test('Kubernetes: the token of a service account that the cluster confirms', async () => {
  using folder = createFolder()
  await using cluster = await serve((_, response) => {
    const user = {
      username: 'system:serviceaccount:shop:app',
      uid: 'u-1',
      groups: ['system:serviceaccounts'],
    }
    const status = { authenticated: true, user }
    response.writeHead(201, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
  })
  const mount = await lab.enable('kubernetes')
  const kubernetes_ca_cert = readFileSync(openLab().certificates.caFile, 'utf8')
  await lab.vault.call('POST', `auth/${mount}/config`, {
    kubernetes_host: cluster.address,
    kubernetes_ca_cert,
    disable_local_ca_jwt: true,
  })
  const role = { bound_service_account_namespaces: 'shop', token_policies: lab.policy }
  await lab.vault.call('POST', `auth/${mount}/role/app`, { ...role, bound_service_account_names: 'app' })
  await lab.vault.call('POST', `auth/${mount}/role/other`, { ...role, bound_service_account_names: 'other' })
  const claims = {
    'kubernetes.io/serviceaccount/namespace': 'shop',
    'kubernetes.io/serviceaccount/service-account.name': 'app',
    'kubernetes.io/serviceaccount/service-account.uid': 'u-1',
  }
  const file = folder.write(
    'service-account',
    createJwt({
      ...claims,
      iss: 'kubernetes/serviceaccount',
      aud: undefined,
      sub: 'system:serviceaccount:shop:app',
    }),
  )
  const env = {
    VAULT_AUTH_METHOD: 'kubernetes',
    VAULT_AUTH_MOUNT: mount,
    KUBERNETES_SERVICE_ACCOUNT_TOKEN: file,
  }
  expect(await lab.readApp({ ...env, VAULT_ROLE: 'app' })).toBe(READ)
  expect(await failureOf(() => lab.readApp({ ...env, VAULT_ROLE: 'other' }), [VALUE])).toMatchObject({
    code: 'DENIED',
  })
})
