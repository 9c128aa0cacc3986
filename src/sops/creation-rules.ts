import { SecwrapError } from '../core/errors.ts'
import { RULE_NAMES, type Rule, translateExpression } from './rules.ts'

/** What a `.sops.yaml` says of a new file. */
export interface CreationRule {
  readonly recipients: readonly string[] // of age
  readonly rule?: Rule
  readonly macOnlySealed: boolean
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The first of its `creation_rules` that is for a file.
 *
 * @param file - relative to the folder of the `.sops.yaml`.
 * @throws SecwrapError BAD_CONFIG where none is for it, it asks for keys other than age's, or can't be read.
 */
export async function findCreationRule(config: string, file: string): Promise<CreationRule> {
  const rules = listOf(fieldsOf(await parse(config)).creation_rules).map(fieldsOf)
  const rule = rules.find(
    ({ path_regex: pattern }) => pattern === undefined || matches(textOf(pattern), file),
  )
  if (!rule) throw bad('has no creation rule for this file')
  return {
    recipients: readRecipients(rule),
    ...readRule(rule),
    macOnlySealed: rule.mac_only_encrypted === true,
  }
}

async function parse(config: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(config)
  } catch {
    throw bad('is not valid YAML')
  }
}

function matches(pattern: string, file: string): boolean {
  try {
    return translateExpression(pattern).test(file)
  } catch {
    throw bad("has a path_regex that can't be read")
  }
}

function readRecipients(rule: Fields): readonly string[] {
  const groups = listOf(rule.key_groups).map(fieldsOf)
  if (groups.length > 1) throw bad('asks for several key groups, which secwrap does not make')
  const keys = groups[0] ?? rule
  const other = OTHER_KEYS.find(name => listOf(keys[name]).length > 0 || typeof keys[name] === 'string')
  if (other) throw bad(`asks for ${other}, and secwrap seals for age keys`)
  const recipients = typeof keys.age === 'string' ? keys.age.split(',') : listOf(keys.age).map(textOf)
  return recipients.map(recipient => recipient.trim()).filter(Boolean)
}

const OTHER_KEYS = [
  'kms',
  'pgp',
  'gcp_kms',
  'hckms',
  'azure_keyvault',
  'hc_vault_transit_uri',
  'hc_vault',
  'merge',
]

function readRule(rule: Fields): { rule?: Rule } {
  const rules = RULE_NAMES.flatMap(name => (rule[name] ? [{ name, pattern: textOf(rule[name]) }] : []))
  if (rules.length > 1) throw bad(`has both ${rules[0]?.name} and ${rules[1]?.name} for this file`)
  return rules[0] ? { rule: rules[0] } : {}
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw bad('has something else where a text is needed')
  return value
}

function bad(fact: string): SecwrapError {
  return new SecwrapError('BAD_CONFIG', `its .sops.yaml ${fact}`)
}
