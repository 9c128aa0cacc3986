/** What becomes of tokens and leases that secwrap got from a Vault. */
import type { Vault } from '../integration/vault/store.ts'
import type { HttpProxy } from './http-proxy.ts'
import { readMemoryFiles } from './memory-files.ts'

/** The token of a log-in of its own, which a process that stays holds in a memory file. @throws where there is none. */
export function readOwnToken(pid: number): string {
  const [, token] = /"value":"([^"]+)","source":"[^"]*log-in"/.exec(readMemoryFiles(pid)) ?? []
  if (token === undefined) throw new Error('no token of its own')
  return token
}

export function isTokenAlive(vault: Vault, token: string): Promise<boolean> {
  return succeeds(vault.call('POST', 'auth/token/lookup', { token }))
}

/** @param path - of what was read: `database/creds/app`. */
export function hasLeases(vault: Vault, path: string): Promise<boolean> {
  return succeeds(vault.call('LIST', `sys/leases/lookup/${path}`))
}

/** How often a path that ends in this was asked; not counted is the question which kind of store is behind it. */
export function countRequests({ requests }: HttpProxy, end: string): number {
  return requests.filter(({ path }) => path.endsWith(end) && !path.includes('/ui/mounts/')).length
}

function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  )
}
