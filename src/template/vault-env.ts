import { SecwrapError } from '../core/errors.ts'
import { API_PATH } from './schemes.ts'
import type { Written } from './uri.ts'

/**
 * `vault:secret/data/app#key#version` of Bank-Vaults' vault-env, and `bao:` of its secret-init. The path is the
 * API's, with `data/` where KV version 2 has it. What these do besides reading a field is refused.
 *
 * Source: Bank-Vaults documentation, "Environment variables", and of secret-init "Providers".
 */
export function parseVaultEnv(text: string): Written {
  const scheme = text.slice(0, text.indexOf(':'))
  if (scheme.startsWith('>>')) throw refused(`${scheme}: writes to the vault, which a template can't do`)
  const rest = text.slice(scheme.length + 1)
  if (rest.includes('${')) {
    throw refused(`names and vault-env's templates in a ${scheme}: reference are not supported`, 'vault://')
  }
  if (rest === 'login') throw refused(`${scheme}:login is not supported`, '--pass-credentials')
  if (/^v\d+:/.test(rest)) throw refused('a value sealed by the transit engine is not supported')
  const [path = '', key, version] = rest.split('#', 3)
  if (key === undefined || key === '')
    throw refused(`a ${scheme}: reference needs a key`, `${scheme}:${path}#password`)
  return {
    scheme: 'vault',
    path,
    options: version ? { version } : {},
    implied: { [API_PATH]: 'true' },
    key: [key],
  }
}

function refused(message: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', message, hint === undefined ? {} : { hint })
}
