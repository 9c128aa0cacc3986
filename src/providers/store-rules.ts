/**
 * What a store can hold, where that is no matter of a request: for `set`, `copy` and `import`, which tell a
 * mistake before anything is written.
 *
 * Sources: Parameter Store "Parameter name", Secrets Manager CreateSecret "Name", Key Vault "About keys,
 * secrets and certificates".
 */
import type { SecretId } from '../core/types.ts'
import { formatOf } from '../sops/format.ts'

export interface StoreRules {
  /** True where a secret is always a JSON object; any text elsewhere. */
  holdsMap(id: SecretId): boolean
  /** The name that a secret called so elsewhere gets here; undefined where it can't have one. */
  spell(name: string, to: SecretId): string | undefined
  /** Numbers of a map come back as floating point: what would not be the same is written as text. */
  readonly readsFloats?: true
}

const ANY_TEXT = () => false
const ANY_FIELD = only(/^[^\u0000-\u001f\u007f]+$/, 1_024)

const RULES: Readonly<Record<string, StoreRules>> = {
  ssm: { holdsMap: ANY_TEXT, spell: only(/^[\w.-]+(\/[\w.-]+)*$/, 1_011) },
  secretsmanager: { holdsMap: ANY_TEXT, spell: only(/^[\w/+=.@-]+$/, 512) },
  azurekv: {
    holdsMap: ANY_TEXT,
    // DB_HOST is DB-HOST here; a wildcard makes DB_HOST of it again.
    spell: (name, to) => only(/^[0-9A-Za-z-]+$/, 127)(name.replace(/[^0-9A-Za-z-]/g, '-'), to),
  },
  vault: { holdsMap: () => true, spell: ANY_FIELD, readsFloats: true },
  sops: {
    holdsMap: id => formatOfFile(id) !== 'binary',
    // db/host is db_host in a dotenv file; a wildcard makes DB_HOST of both.
    spell: (name, to) =>
      formatOfFile(to) === 'dotenv' ? name.replace(/[^\w.-]/g, '_') || undefined : ANY_FIELD(name, to),
  },
}

function formatOfFile({ path, options }: SecretId) {
  return formatOf(path, options.format)
}

export function rulesOf(scheme: string): StoreRules {
  return RULES[scheme] ?? { holdsMap: ANY_TEXT, spell: name => name }
}

function only(pattern: RegExp, maxLength: number): StoreRules['spell'] {
  return name => (pattern.test(name) && name.length <= maxLength ? name : undefined)
}
