/**
 * Azure Key Vault, written and administered: `secwrap set azurekv://my-vault/db-password`.
 *
 * Each write is a new version; a version can't be deleted by itself. What is deleted keeps its name until
 * it is recovered or purged. The service has no check-and-set. Sources: `@azure/keyvault-secrets`;
 * "Azure Key Vault soft-delete overview".
 */
import type { SecretClient } from '@azure/keyvault-secrets'
import { SecwrapError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { CreateWriter, Listed, SecretId, Writer } from '../core/types.ts'
import { forEachVault, locatePrefix, locateSecret, type SecretPlace, type VaultPlace } from './azure/names.ts'
import { ask, askForList, openSdkClient } from './azure/sdk-client.ts'
import { readSettings } from './azure/settings.ts'
import { createTokenSource } from './azure/sources.ts'
import { Tokens } from './azure/tokens.ts'
import { readHistory, versionOf } from './azure/versions.ts'
import { restartAfterFailure } from './shared/restart.ts'

/** How often to look whether a deletion or a recovery is through. */
const POLL_MS = 500

export const createWriter: CreateWriter = (_, { env }): Writer => {
  const settings = readSettings(env)
  const tokens = new Tokens(createTokenSource(settings))
  const clientOf = forEachVault(vault => openSdkClient(vault, tokens, settings))
  const locate = (id: SecretId) => {
    const place = locateSecret(id, settings)
    return { place, client: clientOf(place.vault) }
  }
  return {
    async current(id, signal) {
      const { place, client } = locate(id)
      const options = { abortSignal: signal, ...(place.version && { version: place.version }) }
      const found = await ask(place, 'get', signal, () => client.getSecret(place.name, options))
      if (found?.value === undefined) return undefined
      return { secret: new Secret(found.value), version: versionOf(found.properties, 'current') }
    },
    async write(id, secret, { ifVersion }, signal) {
      const { place, client } = locate(id)
      if (place.version) throw misused(id, "a version can't be written again")
      if (ifVersion !== undefined) throw misused(id, "a key vault can't check the version before it writes")
      const put = () => client.setSecret(place.name, secret.reveal(), { abortSignal: signal })
      const written = await ask(place, 'set', signal, put)
      if (!written) throw missing(place)
      return versionOf(written.properties, 'current')
    },
    async delete(id, { destroy = false, recover = false }, signal) {
      const { place, client } = locate(id)
      if (place.version) throw misused(id, 'a key vault deletes all versions of a secret, not one')
      if (recover) return recoverSecret(client, place, signal)
      const isDeleted = await deleteSecret(client, place, destroy, signal)
      if (destroy) await purgeSecret(client, place, signal)
      else if (!isDeleted) throw missing(place)
    },
    list(prefix, signal) {
      const vault = locatePrefix(prefix, settings)
      const open = () => listSecrets(clientOf(vault), vault, prefix, signal)
      return restartAfterFailure(open, ({ id }) => id.uri)
    },
    async history(id, signal) {
      const { place, client } = locate(id)
      const versions = await readHistory(client, place, signal)
      if (versions.length === 0) throw missing(place)
      return versions
    },
  }
}

/** False where there is no such secret. */
async function deleteSecret(
  client: SecretClient,
  place: SecretPlace,
  isWaiting: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { abortSignal: signal, intervalInMs: POLL_MS }
  const poller = await ask(place, 'delete', signal, () => client.beginDeleteSecret(place.name, options))
  if (poller && isWaiting)
    await ask(place, 'delete', signal, () => poller.pollUntilDone({ abortSignal: signal }))
  return poller !== undefined
}

/** Also of a secret that was deleted before. */
async function purgeSecret(client: SecretClient, place: SecretPlace, signal: AbortSignal): Promise<void> {
  const purge = async () => {
    await client.purgeDeletedSecret(place.name, { abortSignal: signal })
    return true
  }
  if (!(await ask(place, 'purge', signal, purge))) throw missing(place)
}

async function recoverSecret(client: SecretClient, place: SecretPlace, signal: AbortSignal): Promise<void> {
  // The client takes a secret that was never deleted for one that is recovered.
  const look = () => client.getDeletedSecret(place.name, { abortSignal: signal })
  const deleted = await ask(place, 'get', signal, look)
  const recover = async () => {
    const poller = await client.beginRecoverDeletedSecret(place.name, {
      abortSignal: signal,
      intervalInMs: POLL_MS,
    })
    return poller.pollUntilDone({ abortSignal: signal })
  }
  if (deleted && (await ask(place, 'recover', signal, recover))) return
  throw new SecwrapError('NOT_FOUND', `${place.uri} is not among the deleted secrets`, { ref: place.uri })
}

/** Without the secrets of certificates, which are not written as secrets are. */
async function* listSecrets(
  client: SecretClient,
  vault: VaultPlace,
  { uri, options }: SecretId,
  signal: AbortSignal,
): AsyncIterable<Listed> {
  const all = client.listPropertiesOfSecrets({ abortSignal: signal })
  for await (const { name, managed, enabled, updatedOn } of askForList(all, { vault, uri }, signal)) {
    if (managed) continue
    const path = `${uri.slice('azurekv://'.length)}${name}`
    yield {
      id: { uri: `azurekv://${path}`, scheme: 'azurekv', path, options },
      ...(updatedOn && { updatedAt: updatedOn }),
      ...(enabled === false && { state: 'disabled' as const }),
    }
  }
}

function missing({ uri }: SecretPlace): SecwrapError {
  return new SecwrapError('NOT_FOUND', `${uri} does not exist`, { ref: uri })
}

function misused({ uri }: SecretId, fact: string): SecwrapError {
  return new SecwrapError('BAD_USAGE', `${uri}: ${fact}`, { ref: uri })
}
