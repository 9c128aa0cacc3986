/** The versions of a secret, newest first. The vault gives them in no order, and their times in whole seconds. */
import type { SecretClient, SecretProperties } from '@azure/keyvault-secrets'
import { SecwrapError } from '../../core/errors.ts'
import type { Version } from '../../core/types.ts'
import type { SecretPlace } from './names.ts'
import { ask, askForList } from './sdk-client.ts'

/** Empty where there is no such secret. @throws SecwrapError. */
export async function readHistory(
  client: SecretClient,
  place: SecretPlace,
  signal: AbortSignal,
): Promise<readonly Version[]> {
  const found: SecretProperties[] = []
  const all = client.listPropertiesOfSecretVersions(place.name, { abortSignal: signal })
  for await (const properties of askForList(all, place, signal)) found.push(properties)
  const sorted = found.sort((a, b) => timeOf(b) - timeOf(a))
  const [first, second] = sorted
  if (!first || !second || timeOf(first) !== timeOf(second)) return describe(sorted)
  const newest = await askForNewest(client, place, signal)
  return describe(sorted.sort((a, b) => Number(b.version === newest) - Number(a.version === newest)))
}

export function versionOf({ version = '', createdOn }: SecretProperties, state: Version['state']): Version {
  return { id: version, state, ...(createdOn && { createdAt: createdOn }) }
}

function timeOf({ createdOn }: SecretProperties): number {
  return createdOn?.getTime() ?? 0
}

function describe(sorted: readonly SecretProperties[]): readonly Version[] {
  return sorted.map((properties, index) =>
    versionOf(properties, properties.enabled === false ? 'disabled' : index === 0 ? 'current' : 'previous'),
  )
}

/** Which of several from the same second it is. Who may list only does not get to know. */
async function askForNewest(
  client: SecretClient,
  place: SecretPlace,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const get = () => client.getSecret(place.name, { abortSignal: signal })
    return (await ask(place, 'get', signal, get))?.properties.version
  } catch (error) {
    if (error instanceof SecwrapError && error.code === 'DENIED') return undefined
    throw error
  }
}
