import { quote } from './layout-yaml.ts'
import type { AgeKey } from './metadata.ts'
import type { Rule } from './rules.ts'
import type { Format } from './tree.ts'

export interface Frame {
  readonly ageKeys: readonly AgeKey[]
  readonly rule: Rule
  readonly macOnlySealed: boolean
}

/** The sops whose files ours are like. */
const VERSION = '3.13.3'

/** A sealed file without values: sops's metadata alone, in sops's order, its MAC and time still empty. */
export function formatFrame(format: Format, { ageKeys, rule, macOnlySealed }: Frame): string {
  const fields: Fields = [
    ['lastmodified', ''],
    ['mac', ''],
    ...(macOnlySealed ? [['mac_only_encrypted', true] as const] : []),
    [rule.name, rule.pattern],
    ['version', VERSION],
  ]
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (format === 'dotenv') return formatDotenv(ageKeys, sorted)
  return format === 'yaml' ? formatYaml(ageKeys, sorted) : formatJson(ageKeys, sorted)
}

type Fields = (readonly [name: string, value: string | boolean])[]

function formatDotenv(ageKeys: readonly AgeKey[], fields: Fields): string {
  const keys = ageKeys.flatMap(({ recipient, sealedKey }, index) => [
    [`age__list_${index}__map_enc`, sealedKey.replaceAll('\n', '\\n')],
    [`age__list_${index}__map_recipient`, recipient],
  ])
  return [...keys, ...fields].map(([name, value]) => `sops_${name}=${value}\n`).join('')
}

function formatJson(ageKeys: readonly AgeKey[], fields: Fields): string {
  const age = ageKeys.map(({ recipient, sealedKey }) => ({ enc: sealedKey, recipient }))
  return `${JSON.stringify({ sops: { age, ...Object.fromEntries(fields) } }, null, '\t')}\n`
}

function formatYaml(ageKeys: readonly AgeKey[], fields: Fields): string {
  const keys = ageKeys.map(({ recipient, sealedKey }) => {
    const armor = sealedKey.trimEnd().replaceAll(/^/gm, ' '.repeat(12))
    return `        - enc: |\n${armor}\n          recipient: ${recipient}\n`
  })
  const lines = fields.map(
    ([name, value]) => `    ${name}: ${typeof value === 'string' ? quote(value) : value}\n`,
  )
  return `sops:\n    age:\n${keys.join('')}${lines.join('')}`
}
