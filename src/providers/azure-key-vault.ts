/**
 * Azure Key Vault: `azurekv://my-vault/db-password`, `azurekv://my-vault/db-password?version=4387e9f3…`.
 *
 * The service has no call for several secrets, so each is a request; the token is fetched once for all of
 * them. Source: Azure Key Vault REST API, "Secrets", version 7.4.
 */
import type { Secret } from '../core/secret.ts'
import type { CreateProvider, SecretId } from '../core/types.ts'
import { VaultClient } from './azure/client.ts'
import { locatePrefix, locateSecret, type VaultPlace } from './azure/names.ts'
import { listNames, readSecret } from './azure/secrets.ts'
import { readSettings } from './azure/settings.ts'
import { createTokenSource } from './azure/sources.ts'
import { Tokens } from './azure/tokens.ts'

/** Requests under way at most while a whole vault is read. */
const MOST = 32

export const createProvider: CreateProvider = (_, { env, warn }) => {
  const settings = readSettings(env)
  const tokens = new Tokens(createTokenSource(settings))
  const clients = new Map<string, VaultClient>()
  const clientOf = (vault: VaultPlace): VaultClient => {
    const client = clients.get(vault.name + vault.origin) ?? new VaultClient(vault, tokens, settings)
    clients.set(vault.name + vault.origin, client)
    return client
  }
  // What a whole vault's reading got before it failed: the next attempt goes on from there.
  const partial = new Map<string, Map<string, Secret>>()
  return {
    batchSize: 1,
    async read(ids, signal) {
      const found = new Map<SecretId, Secret>()
      const readInto = async (id: SecretId) => {
        const place = locateSecret(id, settings)
        const secret = await readSecret(clientOf(place.vault), place, warn, signal)
        if (secret) found.set(id, secret)
      }
      await Promise.all(ids.map(readInto))
      return found
    },
    async readPrefix(prefix, signal) {
      const vault = locatePrefix(prefix, settings)
      const client = clientOf(vault)
      const found = partial.get(prefix.uri) ?? new Map<string, Secret>()
      partial.set(prefix.uri, found)
      const seen = new Set<string>()
      await forEach(listNames(client, prefix.uri, signal), async name => {
        seen.add(name)
        if (found.has(name)) return
        const place = { vault, name, uri: `${prefix.uri}${name}` }
        const secret = await readSecret(client, place, warn, signal)
        if (secret) found.set(name, secret)
      })
      return new Map([...found].filter(([name]) => seen.has(name)))
    },
  }
}

/** Runs a task for each item as it comes, some side by side. @throws what the first failing task throws. */
async function forEach<T>(items: AsyncIterable<T>, run: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for await (const item of items) {
    if (running.size >= MOST) await Promise.race(running)
    if (failures.length > 0) break
    const task = run(item)
      .catch(error => void failures.push(error))
      .finally(() => running.delete(task))
    running.add(task)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
