/** A Vault that trusts a cluster, with a role for the service account of a pod. */
import { readFileSync } from 'node:fs'
import { createJwt, serve } from '../integration/vault/issuer.ts'
import { openLoginLab } from '../integration/vault/login-lab.ts'
import type { Vault } from '../integration/vault/store.ts'
import { openLab } from '../lab/index.ts'

export interface KubernetesRole extends AsyncDisposable {
  readonly vault: Vault
  readonly env: Readonly<Record<string, string>>
  /** What the kubelet would mount for this service account. */
  tokenOf(name: string): string
}

/** @param rules - what the account `shop` may do in Vault. */
export async function openKubernetesRole(rules: string): Promise<KubernetesRole> {
  const { vault, enable } = await openLoginLab()
  const cluster = await serve((_, response) => {
    const user = {
      username: 'system:serviceaccount:default:shop',
      uid: 'u-1',
      groups: ['system:serviceaccounts'],
    }
    const status = { authenticated: true, user, audiences: ['vault'] }
    response.writeHead(201, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
  })
  const mount = await enable('kubernetes')
  await vault.call('POST', `auth/${mount}/config`, {
    kubernetes_host: cluster.address,
    kubernetes_ca_cert: readFileSync(openLab().certificates.caFile, 'utf8'),
    disable_local_ca_jwt: true,
  })
  await vault.call('POST', `auth/${mount}/role/shop`, {
    bound_service_account_names: 'shop',
    bound_service_account_namespaces: 'default',
    audience: 'vault',
    token_policies: await vault.createPolicy(rules),
  })
  return {
    vault,
    env: { VAULT_ADDR: vault.address, VAULT_AUTH_MOUNT: mount },
    tokenOf: name =>
      createJwt({
        iss: 'kubernetes/serviceaccount',
        sub: `system:serviceaccount:default:${name}`,
        'kubernetes.io': { namespace: 'default', serviceaccount: { name, uid: 'u-1' } },
      }),
    [Symbol.asyncDispose]: cluster[Symbol.asyncDispose],
  }
}
