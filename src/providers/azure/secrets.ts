/** What a vault tells of a secret, and the list of them. Source: Key Vault REST API, "Get Secret", "Get Secrets". */
import type { HttpResponse } from '../../core/http.ts'
import { isJsonObject, type Json, numberText, parseJson } from '../../core/json.ts'
import { Secret } from '../../core/secret.ts'
import { API_VERSION, type VaultClient } from './client.ts'
import { explainAnswer, explainList, notKeyVault } from './failures.ts'
import type { SecretPlace } from './names.ts'

export type Warn = (text: string) => void

/** Undefined where it does not exist. @throws SecwrapError. */
export async function readSecret(
  client: VaultClient,
  place: SecretPlace,
  warn: Warn,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  const { name, version, uri, vault } = place
  const path = version === undefined ? name : `${name}/${version}`
  const response = await client.get(`/secrets/${path}?${API_VERSION}`, signal)
  if (response.status !== 200) return explainAnswer(response, place)
  const { value, attributes } = readBody(response, vault.store)
  if (typeof value !== 'string') throw notKeyVault(response, vault.store)
  warnOfTimes(attributes, uri, warn)
  return new Secret(value)
}

/**
 * The names of a vault's secrets, page by page, as they come. Disabled ones can't be read, and those that
 * hold a certificate's private key are not meant for an environment, so both are left out.
 */
export async function* listNames(
  client: VaultClient,
  uri: string,
  signal: AbortSignal,
): AsyncIterable<string> {
  let path: string | undefined = `/secrets?${API_VERSION}&maxresults=25`
  while (path !== undefined) {
    const response: HttpResponse = await client.get(path, signal)
    if (response.status !== 200) explainList(response, client.place, uri)
    const { value, nextLink } = readBody(response, client.place.store)
    if (!Array.isArray(value)) throw notKeyVault(response, client.place.store)
    for (const item of value) {
      const name = nameOf(item)
      if (name !== undefined) yield name
    }
    path = pathOf(nextLink)
  }
}

/** `{"id":"https://my-vault.vault.azure.net/secrets/name","attributes":{"enabled":true},"managed":true}` */
function nameOf(item: Json): string | undefined {
  if (!isJsonObject(item) || typeof item.id !== 'string' || item.managed === true) return undefined
  const { attributes } = item
  if (isJsonObject(attributes) && attributes.enabled === false) return undefined
  return /\/secrets\/([0-9a-z-]{1,127})$/i.exec(item.id)?.[1]
}

// Of the link only the path is used: the token goes to no other host than the vault's.
function pathOf(nextLink: Json | undefined): string | undefined {
  const url = typeof nextLink === 'string' ? URL.parse(nextLink) : null
  return url ? `${url.pathname}${url.search}` : undefined
}

function readBody(response: HttpResponse, store: string): Readonly<Record<string, Json>> {
  const body = parseJson(response.text)
  if (isJsonObject(body)) return body
  throw notKeyVault(response, store)
}

/** The vault itself reads out secrets before and after their time; so do we, but not silently. */
function warnOfTimes(attributes: Json | undefined, uri: string, warn: Warn): void {
  if (!isJsonObject(attributes)) return
  const [begins, ends] = [momentOf(attributes.nbf), momentOf(attributes.exp)]
  if (ends !== undefined && ends <= Date.now()) warn(`${uri} expired on ${dateOf(ends)}`)
  if (begins !== undefined && begins > Date.now()) warn(`${uri} is not valid before ${dateOf(begins)}`)
}

function momentOf(seconds: Json | undefined): number | undefined {
  const text = numberText(seconds)
  return text === undefined ? undefined : Number(text) * 1_000
}

function dateOf(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? 'a time out of range' : date.toISOString()
}
