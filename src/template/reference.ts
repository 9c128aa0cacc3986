import { SecwrapError } from '../core/errors.ts'
import type { Reference, SecretId } from '../core/types.ts'
import { parseArn } from './arn.ts'
import { encodePath, type PathContext, readPath } from './path.ts'
import { recognizeReference, VALS_START } from './recognize.ts'
import { type CheckedOptions, checkOptions } from './schemes.ts'
import type { ReferenceForm } from './syntax.ts'
import { checkCharacters, decodePercent, encodePercent, parseKey, splitUri, type Written } from './uri.ts'
import { parseVals } from './vals.ts'
import { parseVaultEnv } from './vault-env.ts'

export type ReferenceContext = PathContext

/**
 * `ssm:///prod/db?version=3#password`, or what vals, vault-env and secret-init have for it.
 *
 * @throws SecwrapError BAD_TEMPLATE with what is wrong with it.
 */
export function parseReference(text: string, context: ReferenceContext = { folder: '' }): Reference {
  const form = text.search(VALS_START) === 0 ? 'vals' : recognizeReference(text)
  if (form) return parseReferenceOf(form, text, text, context)
  throw new SecwrapError('BAD_TEMPLATE', 'this is not a reference', { hint: 'ssm:///prod/db/password' })
}

/**
 * The same for a text whose form is known.
 *
 * @param raw - as the template writes it, with the names that are looked up in `text`.
 */
export function parseReferenceOf(
  form: ReferenceForm,
  text: string,
  raw: string,
  context: ReferenceContext,
): Reference {
  checkCharacters(text)
  const written = FORMS[form](text)
  const checked = checkOptions(written)
  const path = readPath(written.scheme, written.path, context)
  const id = createId(written.scheme, path, checked)
  const { optional } = checked
  return written.key ? { raw, id, key: written.key, optional } : { raw, id, optional }
}

/** The same secret at one of its versions. */
export function atVersion({ scheme, path, options }: SecretId, version: string): SecretId {
  return createId(scheme, path, { optional: false, version, options })
}

/** The secret of this name below a path that ends in `/`. @throws SecwrapError BAD_TEMPLATE for what is no path. */
export function idBelow({ scheme, path, options }: SecretId, name: string): SecretId {
  return createId(scheme, readPath(scheme, path + name, { folder: '' }), { optional: false, options })
}

const FORMS: Readonly<Record<ReferenceForm, (text: string) => Written>> = {
  own: parseOwn,
  vals: parseVals,
  'vault-env': parseVaultEnv,
  arn: parseArn,
}

function parseOwn(text: string): Written {
  const scheme = text.slice(0, text.indexOf(':'))
  const rest = text.slice(scheme.length + '://'.length)
  if (rest.startsWith('arn:')) return ofScheme(scheme, parseArn(rest))
  const { path, options, fragment } = splitUri(rest)
  const key = fragment === undefined ? undefined : parseKey(fragment)
  return { scheme, path: decodePercent(path), options, key }
}

function ofScheme(scheme: string, written: Written): Written {
  if (written.scheme === scheme) return written
  throw new SecwrapError('BAD_TEMPLATE', `the ARN belongs to ${written.scheme}://`)
}

function createId(scheme: string, path: string, { version, selector, options }: CheckedOptions): SecretId {
  const shown = version === undefined ? options : { ...options, [selector ?? 'version']: version }
  const uri = formatUri(scheme, path, shown)
  if (version === undefined) return { uri, scheme, path, options }
  return { uri, scheme, path, version, ...(selector && { selector }), options }
}

/** Equal secrets have equal texts: options in order, only what must be is encoded. */
export function formatUri(scheme: string, path: string, options: Readonly<Record<string, string>>): string {
  const names = Object.keys(options)
  if (names.length === 0) return `${scheme}://${encodePath(path)}`
  names.sort()
  const query = names.map(name => `${name}=${encodePercent(options[name] ?? '')}`).join('&')
  return `${scheme}://${encodePath(path)}?${query}`
}
