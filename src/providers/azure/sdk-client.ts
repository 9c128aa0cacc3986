/** A vault by Azure's own client, which writes and administers: with our token, our deadline and our words for what fails. */
import { SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets'
import { SecwrapError } from '../../core/errors.ts'
import { describeFailure, type HttpResponse } from '../../core/http.ts'
import { explainAnswer, explainList, failureOf, type Right } from './failures.ts'
import type { SecretPlace, VaultPlace } from './names.ts'
import { silenceSdk } from './sdk-log.ts'
import { createTransport } from './sdk-transport.ts'
import type { AzureSettings } from './settings.ts'
import type { Tokens } from './tokens.ts'

/** Retries are resolve/retry.ts's: the client would wait past the deadline. Redirects are not followed with a token. */
export function openSdkClient(place: VaultPlace, tokens: Tokens, settings: AzureSettings): SecretClient {
  silenceSdk()
  const options: SecretClientOptions & { allowInsecureConnection?: boolean } = {
    httpClient: createTransport(place.store, settings.tls),
    serviceVersion: '7.4',
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [KEEP_REFUSALS],
    disableChallengeResourceVerification: place.resource === undefined,
    ...(place.origin.startsWith('http:') && { allowInsecureConnection: true }),
  }
  return new SecretClient(place.origin, credentialOf(place, tokens, settings), options)
}

type Policy = NonNullable<SecretClientOptions['additionalPolicies']>[number]
type Credential = ConstructorParameters<typeof SecretClient>[1]

function credentialOf({ authority }: VaultPlace, tokens: Tokens, settings: AzureSettings): Credential {
  return {
    async getToken(scopes, { abortSignal, tenantId = settings.tenant } = {}) {
      const resource = [scopes].flat()[0]?.replace(/\/\.default$/, '') ?? ''
      const signal = abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal
      const token = await tokens.get({ authority, resource, ...(tenantId && { tenant: tenantId }) }, signal)
      return { token: token.value, expiresOnTimestamp: token.expiresAtMs }
    },
  }
}

/** Undefined where the secret does not exist. @throws SecwrapError. */
export async function ask<T>(
  place: SecretPlace,
  right: Right,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    return explainAnswer(answerOf(error, place.vault, signal), place, right)
  }
}

/** Passes the items of a list on. @throws SecwrapError. */
export async function* askForList<T>(
  items: AsyncIterable<T>,
  { vault, uri }: Pick<SecretPlace, 'vault' | 'uri'>,
  signal: AbortSignal,
): AsyncIterable<T> {
  try {
    yield* items
  } catch (error) {
    explainList(answerOf(error, vault, signal), vault, uri)
  }
}

/** An answer that is no success, as the vault gave it: the client's own errors of lists leave the reason out. */
class Refusal extends Error {
  readonly statusCode: number // the client's pollers look at it
  readonly answer: HttpResponse

  constructor(answer: HttpResponse) {
    super('refused')
    this.statusCode = answer.status
    this.answer = answer
  }
}

/** Outside of the policy that answers challenges, so that a 401 here is the last word. */
const KEEP_REFUSALS: Policy = {
  position: 'perCall',
  policy: {
    name: 'secwrapRefusals',
    async sendRequest(request, next) {
      const response = await next(request)
      const { status, headers, bodyAsText } = response
      if (status < 300) return response
      const wish = headers.get('retry-after')
      throw new Refusal({
        status,
        headers: new Headers(wish ? { 'retry-after': wish } : {}),
        text: bodyAsText ?? '',
      })
    },
  },
}

/** The answer that an error stands for. @throws SecwrapError where there was none, or it is about something else. */
function answerOf(error: unknown, { store }: VaultPlace, signal: AbortSignal): HttpResponse {
  if (error instanceof SecwrapError) throw error
  if (!(error instanceof Refusal)) throw describeFailure(error, { store, signal })
  const failure = failureOf(error.answer, store)
  if (failure) throw failure
  if (error.statusCode === 401) throw new SecwrapError('DENIED', `${store} does not accept the token`)
  return error.answer
}
