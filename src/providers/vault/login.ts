/** From the environment to a token: one that is there, or one that a log-in gives. */
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, numberText } from '../../core/json.ts'
import type { Inherited } from '../../core/types.ts'
import { errorsOf, type VaultAnswer, type VaultClient } from './client.ts'
import { LOGIN_METHODS, type LoginMethod } from './login-methods.ts'
import { explainRefusal } from './refusals.ts'
import { findToken, findTokenOfLogin, type Token } from './tokens.ts'
import { unwrapToken } from './unwrap.ts'
import { findCredential, findVariable, type Variable } from './variables.ts'

export interface LoginPlace {
  readonly env: Inherited
  readonly client: VaultClient
  readonly namespace?: string | undefined
}

/** A token that is there, one that is wrapped, or a method by which to get one. */
export type Way =
  | { readonly token: Token }
  | { readonly wrapping: Variable }
  | { readonly method: readonly [name: string, LoginMethod] }

/** @throws SecwrapError BAD_CONFIG (settings), DENIED (refused, or none set up), and the transport's. */
export async function logIn(place: LoginPlace, signal: AbortSignal): Promise<Token> {
  const way = chooseWay(place.env)
  if ('token' in way) return way.token
  return 'wrapping' in way ? openWrapped(way.wrapping, place, signal) : logInBy(way.method, place, signal)
}

/**
 * VAULT_AUTH_METHOD's way, else the first that is set up: VAULT_TOKEN, VAULT_WRAPPED_TOKEN, AppRole,
 * JWT, Kubernetes, the token file that `vault login` writes.
 *
 * @throws SecwrapError BAD_CONFIG, DENIED where none is set up.
 */
export function chooseWay(env: Inherited): Way {
  const chosen = findVariable(env, 'AUTH_METHOD')
  if (chosen && chosen.value !== 'token') return { method: methodNamed(chosen) }
  const token = findToken(env)
  if (token) return { token }
  const wrapping = findCredential(env, 'WRAPPED_TOKEN')
  if (wrapping) return { wrapping }
  const method = chosen ? undefined : Object.entries(LOGIN_METHODS).find(([, m]) => m.isConfigured?.(env))
  return method ? { method } : { token: findTokenOfLogin(env) ?? failWithoutToken() }
}

function failWithoutToken(): never {
  throw new SecwrapError('DENIED', 'there is no vault token, and no log-in is set up', {
    hint: 'vault login, or VAULT_TOKEN, or VAULT_AUTH_METHOD',
  })
}

function methodNamed({ name, value }: Variable): [string, LoginMethod] {
  const method = Object.hasOwn(LOGIN_METHODS, value) ? LOGIN_METHODS[value] : undefined
  if (method) return [value, method]
  const known = ['token', ...Object.keys(LOGIN_METHODS)].join(', ')
  throw new SecwrapError('BAD_CONFIG', `${name}: ${value} is not a log-in method`, { hint: known })
}

async function openWrapped(wrapping: Variable, place: LoginPlace, signal: AbortSignal): Promise<Token> {
  const answer = await unwrapToken({ ...place, wrapping }, signal)
  const value = clientToken(answer)
  if (value) return { value, source: wrapping.name, isOurs: true, isOnly: true, ...lifeOf(answer) }
  throw new SecwrapError('DENIED', `${wrapping.name} does not wrap a token`)
}

async function logInBy(
  [name, method]: readonly [string, LoginMethod],
  { env, client, namespace }: LoginPlace,
  signal: AbortSignal,
): Promise<Token> {
  const mount = findMount(env) ?? method.mount
  const context = { env, client, mount, signal, ...(namespace && { namespace }) }
  const { path = 'login', body, isOnly = false } = await method.prepare(context)
  const answer = await client.request(
    { method: 'POST', path: `auth/${mount}/${path}`, namespace, body },
    signal,
  )
  const value = answer.status === 200 ? clientToken(answer) : undefined
  if (value) return { value, source: `the ${name} log-in`, isOurs: true, isOnly, ...lifeOf(answer) }
  throw refused(answer, `${client.store} refuses the log-in at auth/${mount}`, method.settings)
}

function refused(answer: VaultAnswer, fact: string, hint: string): SecwrapError {
  const reason = explainRefusal(errorsOf(answer), answer)
  return new SecwrapError('DENIED', reason ? `${fact}: ${reason}` : `${fact} (HTTP ${answer.status})`, {
    hint,
  })
}

/** VAULT_AUTH_PATH is GitLab's name for it, VAULT_PATH vault-env's. */
function findMount(env: Inherited): string | undefined {
  const mount = findVariable(env, 'AUTH_MOUNT', 'AUTH_PATH', 'PATH')?.value
  return mount?.replace(/^\/*(auth\/)?|\/+$/g, '')
}

function lifeOf({ body }: VaultAnswer): Pick<Token, 'seconds' | 'renewable'> {
  const { lease_duration, renewable } = isJsonObject(body.auth) ? body.auth : {}
  const seconds = Number(numberText(lease_duration))
  return seconds > 0 ? { seconds, renewable: renewable === true } : {}
}

function clientToken({ body }: VaultAnswer): string | undefined {
  const token = isJsonObject(body.auth) ? body.auth.client_token : undefined
  return typeof token === 'string' && token !== '' ? token : undefined
}
