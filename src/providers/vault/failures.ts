/**
 * Answers that say nothing of the path that was asked: the server is away, sealed, busy, or not a
 * Vault at all. Texts are matched against a list and told in our words, since they can quote input.
 * Source: Vault API documentation, "HTTP status codes" and "sys/health".
 */
import { SecwrapError } from '../../core/errors.ts'
import { type HttpResponse, retryAfterMs } from '../../core/http.ts'

const AWAY: readonly (readonly [text: RegExp, fact: string, hint?: string])[] = [
  [/is sealed/i, 'is sealed', 'vault operator unseal'],
  [/not initialized/i, 'is not initialized', 'vault operator init'],
  [/active cluster node not found|not active/i, 'has no active node'],
]

const REPLICAS: Readonly<Record<number, string>> = {
  472: 'is a disaster recovery secondary, which answers no reads',
  473: "is a performance standby, which can't answer this",
}

/** @returns undefined where the answer is about the path, and the caller's to judge. */
export function failureOf(response: HttpResponse, store: string): SecwrapError | undefined {
  const { status } = response
  if (status === 429) return throttled(response, store)
  if (status === 413 || TOO_LARGE.test(response.text)) {
    return new SecwrapError('BAD_VALUE', `${store} takes no value as large as this`)
  }
  if (status === 412) return unavailable(`${store} has not seen the newest writes yet`)
  if (status >= 500) return serverFailure(response, store)
  if (status >= 300 && status < 400) return redirected(response, store)
  const replica = REPLICAS[status]
  if (replica) return new SecwrapError('UNAVAILABLE', `${store} ${replica}`, { hint: 'VAULT_ADDR' })
  return undefined
}

// Integrated storage takes 1 MiB an entry, and answers 500. Source: "Vault limits and maximums".
const TOO_LARGE = /value being too large/

/** An answer in another language: a proxy's page, or the wrong kind of port. */
export function notVault(
  { status, text }: Pick<HttpResponse, 'status' | 'text'>,
  store: string,
): SecwrapError {
  if (text.includes('HTTP request to an HTTPS server')) {
    return new SecwrapError('BAD_CONFIG', `${store} speaks TLS, but was asked without it`, {
      hint: 'VAULT_ADDR=https://…',
    })
  }
  return new SecwrapError('UNAVAILABLE', `${store} does not answer as a vault server does (HTTP ${status})`, {
    hint: 'VAULT_ADDR',
  })
}

function throttled({ headers }: HttpResponse, store: string): SecwrapError {
  const afterMs = retryAfterMs(headers)
  return new SecwrapError('UNAVAILABLE', `${store} limits the rate of requests`, {
    retry: { throttled: true, ...(afterMs !== undefined && { afterMs }) },
  })
}

function serverFailure({ status, text }: HttpResponse, store: string): SecwrapError {
  const [, fact, hint] = AWAY.find(([pattern]) => pattern.test(text)) ?? []
  return unavailable(`${store} ${fact ?? `failed (HTTP ${status})`}`, hint)
}

// The token would travel along, so nothing is followed, not even to the active node.
function redirected({ headers }: HttpResponse, store: string): SecwrapError {
  const target = URL.parse(headers.get('location') ?? '')
  return new SecwrapError(
    'UNAVAILABLE',
    `${store} redirects to another address, where the token is not sent`,
    {
      hint: target ? `VAULT_ADDR=${target.origin}` : 'VAULT_ADDR: the address of the active node',
    },
  )
}

function unavailable(message: string, hint?: string): SecwrapError {
  return new SecwrapError('UNAVAILABLE', message, { retry: {}, ...(hint !== undefined && { hint }) })
}
