import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Resolved, TemplateEntry } from '../core/types.ts'
import { checkValue, isName } from './limits.ts'
import { steersProcess } from './steering.ts'

export interface Imported {
  readonly values: ReadonlyMap<string, string>
  readonly problems: readonly SecwrapError[]
}

/** What beats a wildcard. */
export interface Precedence {
  readonly isTaken: (name: string) => boolean // an entry of its own sets it
  readonly preferred: (name: string) => string | undefined // --prefer-env and an inherited value
}

/** The names that wildcards bring: later files win, and in one file two secrets with one name are an error. */
export function importSecrets(
  wildcards: readonly TemplateEntry[],
  imports: Resolved['imports'],
  { isTaken, preferred }: Precedence,
): Imported {
  const origins = new Map<string, Origin>()
  const values = new Map<string, string>()
  const problems: SecwrapError[] = []
  for (const entry of wildcards) {
    for (const [relative, secret] of imports.get(entry) ?? []) {
      const name = nameOf(entry.wildcard?.prefix ?? '', relative)
      if (isTaken(name)) continue
      try {
        const origin = { entry, relative, secret }
        values.set(name, preferred(name) ?? checkImport(name, origin, origins.get(name)))
        origins.set(name, origin)
      } catch (error) {
        problems.push(asSecwrapError(error).at(entry))
      }
    }
  }
  return { values, problems }
}

interface Origin {
  readonly entry: TemplateEntry
  readonly relative: string // db/host: below the wildcard's path
  readonly secret: Secret
}

/** `db/host` and `DB-host` are DB_HOST: upper case, and `_` for every other character. */
export function nameOf(prefix: string, relative: string): string {
  return prefix + relative.replace(/[^A-Za-z0-9_]/gu, '_').toUpperCase()
}

/** @returns the value to import. */
function checkImport(name: string, { entry, relative, secret }: Origin, earlier: Origin | undefined): string {
  if (!isName(name)) {
    throw new SecwrapError('BAD_VALUE', `${relative} can't become the name of an environment variable`, {
      hint: 'a wildcard with a prefix, such as APP_*=',
    })
  }
  if (steersProcess(name)) {
    throw new SecwrapError('BAD_VALUE', `${relative} is not imported: ${name} steers programs`, {
      hint: `an entry of its own, ${name}=…, if that is meant`,
    })
  }
  // Each --from, which has no line, is a layer of its own.
  const isOneLayer = earlier?.entry.file === entry.file && (entry.line > 0 || earlier.entry === entry)
  if (earlier && isOneLayer) {
    throw new SecwrapError('BAD_VALUE', `${earlier.relative} and ${relative} both become ${name}`, {
      hint: `an entry of its own, ${name}=…, decides`,
    })
  }
  return checkImportedValue(name, secret.reveal())
}

function checkImportedValue(name: string, value: string): string {
  try {
    checkValue(name, value)
    return value
  } catch (error) {
    const { code, message, details } = asSecwrapError(error)
    throw new SecwrapError(code, `${name}: ${message}`, details)
  }
}
