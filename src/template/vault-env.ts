import { SecwrapError } from '../core/errors.ts'
import { API_PATH } from './schemes.ts'
import type { Written } from './uri.ts'

/**
 * `vault:secret/data/app#key#version` of Bank-Vaults' vault-env. The path is the API's, with `data/`
 * where KV version 2 has it. What vault-env does besides reading a field is refused.
 *
 * Source: Bank-Vaults documentation, "Environment variables".
 */
export function parseVaultEnv(text: string): Written {
  if (text.startsWith('>>')) throw refused(">>vault: writes to the vault, which a template can't do")
  const rest = text.slice('vault:'.length)
  if (rest.includes('${')) {
    throw refused("names and vault-env's templates in a vault: reference are not supported", 'vault://')
  }
  if (rest === 'login') throw refused('vault:login is not supported', '--pass-credentials')
  if (/^v\d+:/.test(rest)) throw refused('a value sealed by the transit engine is not supported')
  const [path = '', key, version] = rest.split('#', 3)
  if (key === undefined || key === '')
    throw refused('a vault: reference needs a key', `vault:${path}#password`)
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
