import { DEFAULT_RULE, RULE_NAMES, type Rule } from './rules.ts'
import { broken, type Entry, entriesOf, type Format, type MapNode, type Node, type Scalar } from './tree.ts'

/** What sops writes beside the values: for whom the data key is sealed, which values are, and the MAC. */
export interface Metadata {
  readonly ageKeys: readonly AgeKey[]
  readonly otherKeys: readonly string[] // kinds as people name them: AWS KMS
  readonly keyGroups: number // more than one: the data key is in parts
  readonly rule: Rule
  readonly macOnlySealed: boolean // the MAC covers the sealed values alone
  readonly mac: Scalar
  readonly lastModified: Scalar
}

export interface AgeKey {
  readonly recipient: string
  readonly sealedKey: string // armored
}

/** A sealed file, its values and its metadata apart. */
export interface Document {
  readonly root: MapNode // all of it
  readonly data: MapNode
  readonly own: readonly Entry[] // what sops keeps for itself; at least one
  readonly metadata: Metadata
}

/** @throws SecwrapError BAD_VALUE where there is no metadata, or none that sops would read. */
export function splitMetadata(root: MapNode, format: Format): Document {
  const isOwn = (key: string) => isReserved(key, format)
  const own = entriesOf(root).filter(({ key }) => isOwn(key))
  const [first] = own
  if (!first) throw broken('is not sealed, or was cut off: it has no sops metadata', SEAL_HINT)
  const find = format === 'dotenv' ? findFlat(own) : findNested(first.value)
  const data = { ...root, items: root.items.filter(item => item.kind === 'comment' || !isOwn(item.key)) }
  return { root, data, own, metadata: readMetadata(find) }
}

/** Whether a name at the top of a file is sops's own. */
export function isReserved(key: string, format: Format): boolean {
  return format === 'dotenv' ? key.startsWith(PREFIX) : key === 'sops'
}

const SEAL_HINT = 'sops encrypt --in-place FILE'
const PREFIX = 'sops_'

type Path = readonly (string | number)[]
type Find = (...path: Path) => Scalar | undefined

// sops_age__list_0__map_recipient
function findFlat(own: readonly Entry[]): Find {
  const scalars = new Map(
    own.flatMap(({ key, value }) => (value.kind === 'scalar' ? [[key, value] as const] : [])),
  )
  return (first, ...rest) => {
    const steps = rest.map(step => (typeof step === 'number' ? `__list_${step}` : `__map_${step}`))
    return scalars.get(`${PREFIX}${first}${steps.join('')}`)
  }
}

function findNested(root: Node): Find {
  return (...path) => {
    let node: Node | undefined = root
    for (const step of path) node = typeof step === 'number' ? itemOf(node, step) : fieldOf(node, step)
    return node?.kind === 'scalar' && node.plain.type !== 'null' ? node : undefined
  }
}

function itemOf(node: Node | undefined, index: number): Node | undefined {
  if (node?.kind !== 'list') return undefined
  return node.items.filter(item => item.kind !== 'comment')[index]
}

function fieldOf(node: Node | undefined, name: string): Node | undefined {
  if (node?.kind !== 'map') return undefined
  return entriesOf(node).find(({ key }) => key === name)?.value
}

function readMetadata(find: Find): Metadata {
  const version = require(find, 'version')
  if (version.plain.text.endsWith('\r')) throw broken('has Windows line ends, which sops does not read')
  return {
    ageKeys: readAgeKeys(find),
    otherKeys: KINDS.filter(([field]) => find(field, 0, 'enc')).map(([, name]) => name),
    keyGroups: countKeyGroups(find),
    rule: readRule(find),
    macOnlySealed: /^true$/i.test(textOf(find('mac_only_encrypted'))),
    mac: require(find, 'mac'),
    lastModified: require(find, 'lastmodified'),
  }
}

const KINDS = [
  ['kms', 'AWS KMS'],
  ['gcp_kms', 'Google Cloud KMS'],
  ['azure_kv', 'Azure Key Vault'],
  ['hc_vault', 'HashiCorp Vault'],
  ['hckms', 'Huawei Cloud KMS'],
  ['pgp', 'PGP'],
] as const

function readAgeKeys(find: Find): readonly AgeKey[] {
  const keys: AgeKey[] = []
  for (let index = 0; ; index++) {
    const sealedKey = find('age', index, 'enc')
    if (!sealedKey) return keys
    keys.push({ recipient: textOf(find('age', index, 'recipient')), sealedKey: sealedKey.plain.text })
  }
}

function countKeyGroups(find: Find): number {
  let count = 0
  const hasGroup = (index: number) =>
    [...KINDS, ['age']].some(([field]) => find('key_groups', index, field as string, 0, 'enc'))
  while (hasGroup(count)) count++
  return count
}

function readRule(find: Find): Rule {
  const rules = RULE_NAMES.map(name => ({ name, pattern: textOf(find(name)) })).filter(
    ({ pattern }) => pattern,
  )
  const [rule = DEFAULT_RULE, ...others] = rules
  if (others.length > 0) throw broken(`has both ${rule.name} and ${others[0]?.name}, where sops takes one`)
  return rule
}

function require(find: Find, name: string): Scalar {
  const scalar = find(name)
  if (!scalar) throw broken(`was cut off: its sops metadata has no ${name}`)
  return scalar
}

function textOf(scalar: Scalar | undefined): string {
  return scalar?.plain.text ?? ''
}
