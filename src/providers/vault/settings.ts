/**
 * Where the server is and how it is trusted, from the variables that Vault's and OpenBao's own CLIs read.
 * Source: Vault documentation, "Commands (CLI)", environment variables.
 */
import { SecwrapError } from '../../core/errors.ts'
import type { TlsOptions } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { readTls } from './tls.ts'
import { findVariable, type Variable } from './variables.ts'

export interface VaultSettings {
  readonly address: string // https://vault.example.com:8200, without a slash at its end
  readonly namespace?: string // of what is read
  readonly loginNamespace?: string // of the log-in and the token
  readonly tls: TlsOptions
  readonly proxy?: string
  readonly warnings: readonly string[]
}

/** @throws SecwrapError BAD_CONFIG: no address, not an address, a file that can't be read. */
export function readSettings(options: Readonly<Record<string, string>>, env: Inherited): VaultSettings {
  const address = readAddress(options.address, env)
  const namespace = options.namespace ?? findVariable(env, 'NAMESPACE')?.value
  const loginNamespace = findVariable(env, 'AUTH_NAMESPACE')?.value ?? namespace
  const tls = readTls(env)
  const proxy = readProxy(env)
  return {
    address,
    ...(namespace && { namespace: checkHeader('the namespace', namespace) }),
    ...(loginNamespace && { loginNamespace: checkHeader('the namespace', loginNamespace) }),
    tls,
    ...(proxy && { proxy }),
    warnings: [...warnOfPlainHttp(address), ...warnOfNoVerification(tls, address)],
  }
}

/** What goes into a header must be printable ASCII; `what` stands in the message, the value never. */
export function checkHeader(what: string, value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value
  throw new SecwrapError(
    'BAD_CONFIG',
    `${what} has characters that can't be sent (white space, control characters)`,
  )
}

function readAddress(asked: string | undefined, env: Inherited): string {
  const variable = asked ? { name: '?address=', value: asked } : findVariable(env, 'AGENT_ADDR', 'ADDR')
  // The CLI's default of https://127.0.0.1:8200 would turn a forgotten setting into a puzzle.
  if (!variable)
    throw new SecwrapError('BAD_CONFIG', 'VAULT_ADDR is not set', {
      hint: 'VAULT_ADDR=https://vault.example.com:8200',
    })
  const [, scheme = '', host, path = ''] = ADDRESS.exec(variable.value) ?? []
  if (host === undefined) throw notAnAddress(variable)
  return `${scheme.toLowerCase()}://${host}${path.replace(/\/+$/, '')}`
}

// By hand, since the first use of URL costs 0.15 ms.
const ADDRESS = /^(https?):\/\/([^/?#@\s]+)(\/[^?#\s]*)?$/i

function readProxy(env: Inherited): string | undefined {
  const proxy = findVariable(env, 'PROXY_ADDR', 'HTTP_PROXY')
  if (!proxy || /^https?:\/\/[^\s/]+\/?$/i.test(proxy.value)) return proxy?.value
  throw new SecwrapError('BAD_CONFIG', `${proxy.name} is not an http:// or https:// address`)
}

function notAnAddress({ name, value }: Variable): SecwrapError {
  if (/^https?:\/\/[^/]*@/i.test(value))
    return new SecwrapError('BAD_CONFIG', `${name} must not hold a user name or password`)
  return new SecwrapError('BAD_CONFIG', `${name} is not an https:// or http:// address`, {
    hint: `${name}=https://vault.example.com:8200`,
  })
}

function warnOfPlainHttp(address: string): readonly string[] {
  const isPrivate = /^https:|^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?($|\/)/i.test(address)
  return isPrivate
    ? []
    : [`${address} is not encrypted: the vault token and every secret can be read on the way`]
}

function warnOfNoVerification({ insecure }: TlsOptions, address: string): readonly string[] {
  return insecure ? [`VAULT_SKIP_VERIFY: the certificate of ${address} is not checked`] : []
}
