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
  spell(name: string): string | undefined
}

const ANY_TEXT = () => false

const RULES: Readonly<Record<string, StoreRules>> = {
  ssm: { holdsMap: ANY_TEXT, spell: only(/^[\w.-]+(\/[\w.-]+)*$/, 1_011) },
  secretsmanager: { holdsMap: ANY_TEXT, spell: only(/^[\w/+=.@-]+$/, 512) },
  azurekv: {
    holdsMap: ANY_TEXT,
    // DB_HOST is DB-HOST here; a wildcard makes DB_HOST of it again.
    spell: name => only(/^[0-9A-Za-z-]+$/, 127)(name.replace(/[^0-9A-Za-z-]/g, '-')),
  },
  vault: { holdsMap: () => true, spell: only(/^[^\u0000-\u001f\u007f]+$/, 1_024) },
  sops: {
    holdsMap: ({ path, options }) => formatOf(path, options.format) !== 'binary',
    spell: only(/^[^\u0000]+$/, 255),
  },
}

export function rulesOf(scheme: string): StoreRules {
  return RULES[scheme] ?? { holdsMap: ANY_TEXT, spell: name => name }
}

function only(pattern: RegExp, maxLength: number): StoreRules['spell'] {
  return name => (pattern.test(name) && name.length <= maxLength ? name : undefined)
}
