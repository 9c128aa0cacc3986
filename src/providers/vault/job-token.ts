/**
 * The identity token of a GitHub Actions job, asked from the runner for one audience.
 * GitLab puts its own into a variable, so there is nothing to fetch.
 * Source: GitHub documentation, "OpenID Connect reference".
 */
import { SecwrapError } from '../../core/errors.ts'
import { send } from '../../core/http.ts'
import { isJsonObject, parseJson } from '../../core/json.ts'
import type { Inherited } from '../../core/types.ts'
import { findVariable } from './variables.ts'

export function hasJobToken(env: Inherited): boolean {
  return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
}

/** @throws SecwrapError DENIED where the runner gives none; UNAVAILABLE, TIMED_OUT of the transport. */
export async function fetchJobToken(env: Inherited, signal: AbortSignal): Promise<string> {
  const audience = findVariable(env, 'JWT_AUDIENCE')?.value
  const url = `${env.ACTIONS_ID_TOKEN_REQUEST_URL}${audience ? `&audience=${encodeURIComponent(audience)}` : ''}`
  const { status, text } = await send({
    store: "GitHub's token service",
    method: 'GET',
    url,
    headers: { Authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    signal,
  })
  const answer = status === 200 ? parseJson(text) : undefined
  if (isJsonObject(answer) && typeof answer.value === 'string') return answer.value
  throw new SecwrapError('DENIED', `GitHub's token service gives this job no token (HTTP ${status})`, {
    hint: 'permissions: id-token: write',
  })
}
