/** What `|pkcs12` needs beside the value: its code, which is loaded for it alone, and `--pkcs12-password`. */
import { bytesToText } from '../../core/byte-text.ts'
import { asSecwrapError, SecwrapError } from '../../core/errors.ts'
import type { Filters } from '../../core/filters.ts'
import type { Inherited, Part, Place, Resolved, TemplateEntry } from '../../core/types.ts'
import { evaluateParts } from '../../environment/evaluate.ts'
import { isReference } from '../../template/recognize.ts'
import { parseReference } from '../../template/reference.ts'
import { type Flag, variableOf } from '../flags.ts'

const FILTER = 'pkcs12'

export const PASSWORD_FLAG: Flag = {
  name: 'pkcs12-password',
  type: 'string',
  argument: 'REF',
  describe: 'Reference to the password of what |pkcs12 makes, which else is empty',
}

const PLACE: Place = { file: `--${PASSWORD_FLAG.name}`, line: 0, name: '' }

/**
 * Something to be read together with what the files need.
 *
 * @throws SecwrapError BAD_USAGE for the password itself, which everybody could see; BAD_TEMPLATE.
 */
export function parsePassword(text: string): TemplateEntry {
  if (!isReference(text)) {
    throw new SecwrapError(
      'BAD_USAGE',
      `${PLACE.file} takes a reference, as everybody sees arguments in ps`,
      {
        hint: `${PLACE.file} ssm:///prod/keystore-password`,
      },
    )
  }
  try {
    const reference = parseReference(text)
    const word = [`${reference.raw} does not exist or is empty`]
    const parts = [{ parts: [reference], filters: [], otherwise: { operator: ':?', word } as const }]
    return { ...PLACE, parts, decorators: {} }
  } catch (error) {
    throw asSecwrapError(error).at(PLACE)
  }
}

/** Of a file with `|pkcs12`. */
export interface Keystore {
  readonly password: TemplateEntry | undefined
}

export function keystoreIn(
  entries: readonly TemplateEntry[],
  password: TemplateEntry | undefined,
): Keystore | undefined {
  return entries.some(({ parts }) => hasFilter(parts)) ? { password } : undefined
}

function hasFilter(parts: readonly Part[]): boolean {
  return parts.some(part => {
    if (typeof part === 'string' || 'raw' in part) return false
    return part.filters.includes(FILTER) || hasFilter(part.parts) || hasFilter(part.otherwise?.word ?? [])
  })
}

interface MayHoldKeystore {
  readonly keystore: Keystore | undefined
}

/** A password that seals nothing: a key would be written in the clear. As a variable it may stand ready. */
export function findIdlePassword(
  sources: readonly MayHoldKeystore[],
  { password, inherited }: { readonly password: TemplateEntry | undefined; readonly inherited: Inherited },
): readonly SecwrapError[] {
  if (!password || inherited[variableOf(PASSWORD_FLAG)] !== undefined) return []
  if (sources.some(({ keystore }) => keystore)) return []
  const hint = '${vault://pki/issue/web?common_name=app.local|pkcs12}'
  return [
    new SecwrapError('BAD_USAGE', 'no source has the filter pkcs12, which takes it', { hint, place: PLACE }),
  ]
}

/** @throws SecwrapError, later and where a value is filled in: NOT_FOUND or BAD_VALUE for the password. */
export async function openFilters(sources: readonly MayHoldKeystore[], resolved: Resolved): Promise<Filters> {
  const [keystore] = sources.flatMap(source => source.keystore ?? [])
  if (!keystore) return {}
  const { makePkcs12 } = await import('../../render/pkcs12/pkcs12.ts')
  return { [FILTER]: text => bytesToText(makePkcs12(text, readPassword(keystore, resolved))) }
}

function readPassword({ password }: Keystore, resolved: Resolved): string {
  if (!password) return ''
  try {
    const text = evaluateParts(password.parts, resolved) ?? ''
    if (PRINTABLE.test(text)) return text
    throw new SecwrapError(
      'BAD_VALUE',
      'the password has characters that not every reader of PKCS#12 takes',
      {
        hint: 'letters, digits, blanks and marks of ASCII',
      },
    )
  } catch (error) {
    throw asSecwrapError(error).at(PLACE)
  }
}

/** Java 17 takes no others, and the standard leaves their encoding open. */
const PRINTABLE = /^[ -~]*$/
