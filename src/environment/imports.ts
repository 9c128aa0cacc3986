import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Resolved, TemplateEntry } from '../core/types.ts'
import { checkValue, isName } from './limits.ts'
import { steersProcess } from './steering.ts'

export interface Imported {
  readonly values: ReadonlyMap<string, string>
  readonly problems: readonly SecwrapError[]
}

/**
 * The names that wildcards bring: later files win, and in one file two secrets with one name are an error.
 *
 * @param isTaken - names that an entry of its own sets; what a wildcard has for these does not count.
 */
export function importSecrets(
  wildcards: readonly TemplateEntry[],
  imports: Resolved['imports'],
  isTaken: (name: string) => boolean,
): Imported {
  const origins = new Map<string, Origin>()
  const problems: SecwrapError[] = []
  for (const entry of wildcards) {
    for (const [relative, secret] of imports.get(entry) ?? []) {
      const name = nameOf(entry.wildcard?.prefix ?? '', relative)
      if (isTaken(name)) continue
      try {
        checkImport(name, { entry, relative, secret }, origins.get(name))
        origins.set(name, { entry, relative, secret })
      } catch (error) {
        problems.push(asSecwrapError(error).at(entry))
      }
    }
  }
  return { values: new Map([...origins].map(([name, { secret }]) => [name, secret.reveal()])), problems }
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

function checkImport(name: string, { entry, relative, secret }: Origin, earlier: Origin | undefined): void {
  if (!isName(name)) {
    throw new SecwrapError('BAD_VALUE', `${relative} makes no name of an environment variable`, {
      hint: 'a wildcard with a prefix, such as APP_*=',
    })
  }
  if (steersProcess(name)) {
    throw new SecwrapError('BAD_VALUE', `${relative} is not imported: ${name} steers programs`, {
      hint: `an entry of its own, ${name}=…, if that is meant`,
    })
  }
  // Each --from is a layer of its own, line 0.
  if (earlier && earlier.entry.file === entry.file && entry.line > 0) {
    throw new SecwrapError('BAD_VALUE', `${earlier.relative} and ${relative} both become ${name}`, {
      hint: `an entry of its own, ${name}=…, decides`,
    })
  }
  checkImportedValue(name, secret.reveal())
}

function checkImportedValue(name: string, value: string): void {
  try {
    checkValue(name, value)
  } catch (error) {
    const { code, message, details } = asSecwrapError(error)
    throw new SecwrapError(code, `${name}: ${message}`, details)
  }
}
