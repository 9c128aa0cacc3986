import { SecwrapError } from '../core/errors.ts'
import { shorten, suggest } from '../core/suggest.ts'
import type { Written } from './uri.ts'

/** What the path of a reference names. */
export type PathKind = 'file' | 'name'

interface Scheme {
  readonly path: PathKind
  readonly options: readonly string[] // besides `optional`
  readonly formats?: readonly string[] // what `?format=` can be
}

const AWS = ['region', 'profile', 'endpoint']
const FORMATS = ['dotenv', 'json', 'yaml']

/**
 * What a certificate is asked for with, by the names that the server has for it.
 * Source: Vault API documentation, "PKI secrets engine", "Generate certificate and key".
 */
export const CERTIFICATE: readonly string[] = [
  'common_name',
  'alt_names',
  'ip_sans',
  'uri_sans',
  'other_sans',
  'ttl',
  'not_after',
  'format',
  'private_key_format',
  'exclude_cn_from_sans',
  'remove_roots_from_chain',
]

/** Our schemes. Options but `version`, `label` and `stage` pick the store or shape what is read. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  file: { path: 'file', options: ['format', 'raw'], formats: FORMATS },
  secret: { path: 'name', options: ['format', 'raw'], formats: FORMATS },
  sops: { path: 'file', options: ['format'], formats: [...FORMATS, 'binary'] },
  ssm: { path: 'name', options: ['version', 'label', ...AWS] },
  secretsmanager: { path: 'name', options: ['version', 'stage', 'base64', ...AWS] },
  vault: {
    path: 'name',
    options: ['version', 'namespace', 'address', ...CERTIFICATE],
    formats: ['pem', 'der', 'pem_bundle'],
  },
  azurekv: { path: 'name', options: ['version'] },
}

/** How vault-env gives a path: as the HTTP API has it, so `data/` is not added. Not for users to write. */
export const API_PATH = 'api-path'

const FLAGS = ['optional', 'raw', 'base64']
const SELECTORS = ['version', 'label', 'stage'] as const

export interface CheckedOptions {
  readonly optional: boolean
  readonly version?: string
  readonly selector?: 'label' | 'stage'
  readonly options: Readonly<Record<string, string>> // those of the id
}

/** @throws SecwrapError BAD_TEMPLATE for an option that the scheme does not have, or without its value. */
export function checkOptions({ scheme, options: written, implied }: Written): CheckedOptions {
  const names = Object.keys(written)
  if (names.length === 0) return { optional: false, options: implied ?? written }
  const options: Record<string, string> = { ...implied }
  for (const name of names) {
    const value = written[name] ?? ''
    const checked = checkOption(scheme, name, value)
    if (checked !== undefined) options[name] = checked
  }
  const { optional, version, label, stage, ...others } = options
  const selectors = SELECTORS.filter(name => options[name] !== undefined)
  if (selectors.length > 1) throw bad(`${selectors.join(' and ')} exclude each other`)
  const selected = version ?? label ?? stage
  return {
    optional: optional !== undefined,
    ...(selected !== undefined && { version: selected }),
    ...(label !== undefined && { selector: 'label' as const }),
    ...(stage !== undefined && { selector: 'stage' as const }),
    options: others,
  }
}

/** The value to go by; undefined for a flag that is off. */
function checkOption(scheme: string, name: string, value: string): string | undefined {
  const known = ['optional', ...(SCHEMES[scheme]?.options ?? [])]
  if (!known.includes(name)) {
    const meant = suggest(name, known)
    throw bad(
      `${scheme}:// has no option ${shorten(name)}`,
      meant ? `?${meant}` : `options: ${known.join(', ')}`,
    )
  }
  if (FLAGS.includes(name)) return checkFlag(name, value)
  if (value === '') throw bad(`the option ${name} has no value`, `?${name}=`)
  if (name === 'format') checkFormat(SCHEMES[scheme]?.formats ?? [], value)
  return value
}

function checkFormat(formats: readonly string[], value: string): void {
  if (formats.includes(value)) return
  throw bad('unknown format', `?format=${suggest(value, formats) ?? formats.join(', ?format=')}`)
}

function checkFlag(name: string, value: string): 'true' | undefined {
  if (value === '' || value === 'true') return 'true'
  if (value === 'false') return undefined
  throw bad(`the option ${name} takes no value`, `?${name}`)
}

function bad(message: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', message, hint === undefined ? {} : { hint })
}
