import { SecwrapError } from '../core/errors.ts'
import { isOneEditAway } from '../core/suggest.ts'
import { SCHEMES } from './schemes.ts'
import type { ReferenceForm } from './syntax.ts'

/**
 * Whose reference a text begins with; undefined where it is plain text (`https://…`, `file:./dev.db`).
 *
 * @throws SecwrapError BAD_TEMPLATE for what was meant as a reference but is none (`smm://…`).
 */
export function recognizeReference(text: string): ReferenceForm | undefined {
  const colon = text.indexOf(':')
  // The longest word before a colon that means something to us.
  if (colon < 2 || colon > MAX_SCHEME_LENGTH) return undefined
  const scheme = text.slice(0, colon)
  if (text.startsWith('//', colon + 1)) return Object.hasOwn(SCHEMES, scheme) ? 'own' : checkScheme(scheme)
  if (VAULT_ENV_SCHEMES.includes(scheme)) return 'vault-env'
  if (scheme === 'arn' && SECRET_ARN.test(text)) return 'arn'
  return undefined
}

/** The same question where text that is almost a reference stays text. */
export function isReference(text: string): boolean {
  try {
    return text.search(VALS_START) === 0 || recognizeReference(text) !== undefined
  } catch {
    return false
  }
}

/** The start of a vals expression, whole or inside a value. */
export const VALS_START = /(?:secret)?ref\+[a-z0-9]{1,32}:\/\//

const MAX_SCHEME_LENGTH = 24
const VAULT_ENV_SCHEMES = ['vault', 'bao', '>>vault', '>>bao']
const SECRET_ARN =
  /^arn:aws[a-z-]*:(?:ssm:[^:\s]*:[^:\s]*:parameter\/|secretsmanager:[^:\s]*:[^:\s]*:secret:)/

// One edit from a scheme of ours, but schemes of their own.
const OTHER_SCHEMES = [
  'find',
  'fire',
  'ftp',
  'mile',
  'sftp',
  'sip',
  'sips',
  'sm',
  'smb',
  'sms',
  'soap',
  'ss',
  'ssh',
  'ssl',
  'ssr',
]

function checkScheme(scheme: string): undefined {
  if (OTHER_SCHEMES.includes(scheme) || !/^[A-Za-z]+$/.test(scheme)) return undefined
  const meant = Object.keys(SCHEMES).find(ours => isOneEditAway(scheme.toLowerCase(), ours))
  if (meant === undefined) return undefined
  throw new SecwrapError('BAD_TEMPLATE', `unknown scheme ${scheme}://`, {
    hint: `did you mean ${meant}://? As plain text: single quotes, or \\\${ in a file`,
  })
}
