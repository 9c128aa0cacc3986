/**
 * Azure Key Vault: `azurekv://my-vault/db-password`, `azurekv://my-vault/db-password?version=4387e9f3…`.
 *
 * The service has no call for several secrets, so each is a request; the token is fetched once for all of
 * them. Source: Azure Key Vault REST API, "Secrets", version 7.4.
 */
import type { Secret } from '../core/secret.ts'
import type { CreateProvider, SecretId } from '../core/types.ts'
import { VaultClient } from './azure/client.ts'
import { forEachVault, locatePrefix, locateSecret } from './azure/names.ts'
import { readSecret } from './azure/secrets.ts'
import { readSettings } from './azure/settings.ts'
import { createTokenSource } from './azure/sources.ts'
import { Tokens } from './azure/tokens.ts'
import { WholeVault } from './azure/whole-vault.ts'

export const createProvider: CreateProvider = (_, { env, warn }) => {
  const settings = readSettings(env)
  const tokens = new Tokens(createTokenSource(settings))
  const clientOf = forEachVault(place => new VaultClient(place, tokens, settings))
  const wholeOf = forEachVault(place => new WholeVault(clientOf(place), warn))
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
    async readPrefix(prefix, signal, onRead) {
      return wholeOf(locatePrefix(prefix, settings)).read(prefix.uri, signal, onRead)
    },
  }
}
