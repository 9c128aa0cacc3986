/**
 * Microsoft Entra ID's token endpoint, client credentials grant, with a secret or with another issuer's
 * token. Source: Microsoft identity platform, "OAuth 2.0 client credentials flow", "error codes".
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs, send } from '../../core/http.ts'
import { isJsonObject, type Json, numberText, parseJson } from '../../core/json.ts'
import type { AzureSettings } from './settings.ts'
import type { Audience, Token } from './tokens.ts'

export interface Grant {
  readonly source: string // AZURE_CLIENT_SECRET: the setting that a refusal is about
  readonly tenant: string
  readonly clientId: string
  readonly proof: Readonly<Record<string, string>> // client_secret, or client_assertion and its type
}

/** @throws SecwrapError DENIED (refused), BAD_CONFIG (no such tenant), and the transport's. */
export async function requestToken(
  { source, tenant, clientId, proof }: Grant,
  { authority, resource }: Audience,
  { tls }: AzureSettings,
  signal: AbortSignal,
): Promise<Token> {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: `${resource}/.default`,
    ...proof,
  }
  const store = `Entra ID at ${authority}`
  const response = await send({
    store,
    method: 'POST',
    url: `${authority}/${tenant}/oauth2/v2.0/token`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
    tls,
    signal,
  })
  return readToken(response, source) ?? fail(response, store, source)
}

/** Of this endpoint and of the managed identity's. Undefined where the answer is no token. */
export function readToken({ status, text }: HttpResponse, source: string): Token | undefined {
  const body = status === 200 ? parseJson(text) : undefined
  if (!isJsonObject(body) || typeof body.access_token !== 'string' || body.access_token === '')
    return undefined
  return { value: body.access_token, source, expiresAtMs: expiryOf(body) }
}

/** `expires_on` is in seconds since 1970, or an ISO date; `expires_in` in seconds; both also as text. */
function expiryOf({ expires_on, expires_in }: Readonly<Record<string, Json>>): number {
  const on = textOf(expires_on)
  const moment = /^\d+$/.test(on) ? Number(on) * 1_000 : Date.parse(on)
  if (moment > 0) return moment
  const seconds = Number(textOf(expires_in))
  return Date.now() + (seconds > 0 ? seconds : 300) * 1_000
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : (numberText(value) ?? '')
}

const REFUSALS: Readonly<Record<string, [fact: string, hint: string]>> = {
  7000215: ['the client secret is wrong', 'AZURE_CLIENT_SECRET: the value of the secret, not its id'],
  7000222: ['the client secret is expired', 'az ad app credential reset --id …'],
  700016: ['there is no such application in the tenant', 'AZURE_CLIENT_ID, AZURE_TENANT_ID'],
  7000112: ['the application is disabled', 'az ad sp show --id …'],
  90002: ['there is no such tenant', 'AZURE_TENANT_ID, AZURE_AUTHORITY_HOST'],
  900023: ['there is no such tenant', 'AZURE_TENANT_ID'],
  70021: ['no federated credential fits the token', 'az ad app federated-credential list --id …'],
  700211: [
    'no federated credential has the issuer of the token',
    'az ad app federated-credential list --id …',
  ],
  700212: [
    'no federated credential has the audience of the token',
    'az ad app federated-credential list --id …',
  ],
  700213: [
    'no federated credential has the subject of the token',
    'az ad app federated-credential list --id …',
  ],
  700024: ['the token is expired, or not yet valid', 'AZURE_FEDERATED_TOKEN_FILE'],
  500011: ['there is no Key Vault in this cloud', 'AZURE_AUTHORITY_HOST'],
  53003: ['conditional access does not allow it', 'the sign-in log of the tenant'],
}

function fail(response: HttpResponse, store: string, source: string): never {
  const { status, headers } = response
  if (status === 429 || status >= 500) {
    const afterMs = retryAfterMs(headers)
    const retry = { ...(status === 429 && { throttled: true }), ...(afterMs !== undefined && { afterMs }) }
    throw new SecwrapError('UNAVAILABLE', `${store} failed (HTTP ${status})`, { retry })
  }
  const number = numberOf(response)
  if (number === undefined) {
    throw new SecwrapError('UNAVAILABLE', `${store} gave no token (HTTP ${status})`, {
      hint: 'AZURE_AUTHORITY_HOST',
    })
  }
  throw explainRefusal(number, store, source)
}

/** @param number - of AADSTS7000215, digits only. */
export function explainRefusal(number: string, store: string, source: string): SecwrapError {
  const [fact, hint] = REFUSALS[number] ?? ['the log-in is refused', source]
  return new SecwrapError('DENIED', `${store} refuses ${source}: ${fact} (AADSTS${number})`, { hint })
}

/** The number of an error: `{"error":"invalid_client","error_codes":[7000215],"error_description":"…"}`. */
function numberOf({ text }: HttpResponse): string | undefined {
  const body = parseJson(text)
  const codes = isJsonObject(body) ? body.error_codes : undefined
  const number = Array.isArray(codes) ? textOf(codes[0]) : ''
  return /^\d{4,8}$/.test(number) ? number : undefined
}
