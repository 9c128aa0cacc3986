/** What GetParameters and GetParametersByPath answer. */
import { Secret } from '../../core/secret.ts'
import type { SecretId } from '../../core/types.ts'
import type { JsonObject } from '../aws/client.ts'
import { parameterName, splitSelector } from './names.ts'

export interface Parameter {
  readonly Name: string
  readonly ARN?: string
  readonly Selector?: string // `:3` or `:label`, if one was asked for
  readonly Version?: number
  readonly LastModifiedDate?: number // seconds since 1970, with fractions
  readonly Value: string
}

/** Undefined where the answer is not of the promised shape. */
export function parametersIn({ Parameters }: JsonObject): readonly Parameter[] | undefined {
  if (!Array.isArray(Parameters)) return undefined
  for (const parameter of Parameters) if (!isParameter(parameter)) return undefined
  return Parameters
}

function isParameter(value: unknown): value is Parameter {
  const { Name, Value } = Object(value) as Partial<Parameter>
  return typeof Name === 'string' && typeof Value === 'string'
}

/**
 * Answers come in no promised order, so each id looks for its own. An id that is neither answered nor listed
 * as invalid is no missing secret but a broken answer: undefined then.
 */
export function assign(
  ids: readonly SecretId[],
  answer: JsonObject,
): ReadonlyMap<SecretId, Secret> | undefined {
  const parameters = parametersIn(answer)
  const invalid = new Set(Array.isArray(answer.InvalidParameters) ? answer.InvalidParameters : [])
  const byName = groupByName(parameters ?? [])
  const found = new Map<SecretId, Secret>()
  for (const id of ids) {
    const asked = parameterName(id)
    if (invalid.has(asked)) continue
    const parameter = pick(byName, asked)
    if (!parameter) return undefined
    found.set(id, secretOf(parameter))
  }
  return found
}

// Not by Map.groupBy, whose first use costs a start 0.1 ms.
function groupByName(parameters: readonly Parameter[]): ReadonlyMap<string, readonly Parameter[]> {
  const groups = new Map<string, Parameter[]>()
  for (const parameter of parameters) {
    const group = groups.get(parameter.Name)
    if (group) group.push(parameter)
    else groups.set(parameter.Name, [parameter])
  }
  return groups
}

/** The value, and what is told beside it. */
export function secretOf({ Value, Version, LastModifiedDate }: Parameter): Secret {
  return new Secret(Value, {
    ...(Version !== undefined && { version: String(Version) }),
    ...(LastModifiedDate !== undefined && { updatedAt: new Date(LastModifiedDate * 1_000) }),
  })
}

function pick(byName: ReadonlyMap<string, readonly Parameter[]>, asked: string): Parameter | undefined {
  const { name, selector } = splitSelector(asked)
  const named = byName.get(name)
  if (named?.length === 1 && selector === undefined && !named[0]?.Selector) return named[0]
  const same = named ?? [...byName.values()].flat().filter(({ ARN }) => ARN === name)
  const marked = same.find(
    ({ Selector }) => Selector && Selector.slice(Selector.indexOf(':') + 1) === selector,
  )
  return marked ?? pickUnmarked(same, selector)
}

/** The newest of a bare name. AWS marks what a selector chose; some emulators answer that without the mark. */
function pickUnmarked(same: readonly Parameter[], selector: string | undefined): Parameter | undefined {
  const unmarked = same.filter(({ Selector }) => !Selector)
  if (selector === undefined) return unmarked.sort((a, b) => (b.Version ?? 0) - (a.Version ?? 0))[0]
  if (/^\d+$/.test(selector)) return unmarked.find(({ Version }) => String(Version) === selector)
  return same.length === 1 ? unmarked[0] : undefined
}
