/**
 * Certificates: `vault://pki/issue/web?common_name=app.local&ttl=24h#certificate`. The server makes one for each
 * request, which to it is a write. Source: Vault API documentation, "PKI secrets engine".
 */
import { SecwrapError } from '../../core/errors.ts'
import { isJsonObject, numberText } from '../../core/json.ts'
import type { SecretLease } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import { CERTIFICATE } from '../../template/schemes.ts'
import type { VaultAnswer } from './client.ts'
import type { Mount } from './mounts.ts'

export type Parameters = Readonly<Record<string, string>>

/** What a reference asks a certificate for with; undefined for one that only reads. */
export function parametersOf({ options }: Pick<SecretId, 'options'>): Parameters | undefined {
  const names = Object.keys(options).filter(name => CERTIFICATE.includes(name))
  if (names.length === 0) return undefined
  return Object.fromEntries(names.map(name => [name, options[name] ?? '']))
}

/** Anywhere else they would overwrite something. @throws SecwrapError BAD_TEMPLATE */
export function checkParameters(id: SecretId, mount: Mount): void {
  const [name] = Object.keys(parametersOf(id) ?? {})
  if (name === undefined || (!mount.isKv && isIssuing(id.path))) return
  throw new SecwrapError('BAD_TEMPLATE', `${id.uri}: the option ${name} is for certificates`, {
    ref: id.uri,
    hint: 'vault://pki/issue/ROLE?common_name=NAME',
  })
}

/** `pki/issue/web`, `pki/issuer/main/issue/web`. */
export function isIssuing(path: string): boolean {
  return /.\/issue\/[^/]+$/.test(path)
}

/** Why none is made, in the server's words, which quote what was asked, and in ours. */
export const UNISSUED: readonly (readonly [text: RegExp, fact: string, hint: string])[] = [
  [/not allowed (by|in) this role/, 'the role does not allow this name', 'vault read pki/roles/ROLE'],
  [/common_name field is required/, 'the role wants a common name', '?common_name=NAME'],
  [/beyond the expiration of the CA/, 'the certificate would outlive its authority', '?ttl='],
]

/** A certificate counts as ending with its NotAfter, by the clock of those who will judge it: this machine's. */
export function certificateLifeOf({ body }: VaultAnswer, now = Date.now()): SecretLease | undefined {
  if (!isJsonObject(body.data) || typeof body.data.certificate !== 'string') return undefined
  const notAfter = Number(numberText(body.data.expiration)) // seconds since 1970
  const seconds = notAfter - now / 1_000
  return seconds > 0 ? { seconds, renewable: false } : undefined
}
