import { SecwrapError } from '../core/errors.ts'
import type { Inherited, Template } from '../core/types.ts'
import { expand } from './expand.ts'
import { findInheritedReferences, parseFrom } from './inherited.ts'
import { type Layer, readLayers } from './layers.ts'
import { MAX_PROBLEMS } from './parse.ts'
import { isReference } from './recognize.ts'
import type { ReferenceContext } from './reference.ts'
import { asKnown, type Known, Scope } from './scope.ts'
import type { Findings, Statement } from './syntax.ts'

export interface TemplateRequest {
  /** Paths, later ones win; `-` is standard input. None: `.env.template`, if it is there. */
  readonly templates: readonly string[]
  readonly environment?: string // adds .env.prod.template beside each .env.template that has one
  readonly from?: readonly string[] // references, each as `*=` in a template of its own
  readonly fromEnv?: boolean // resolve references in inherited variables too
  readonly preferEnv?: readonly string[] // globs of names whose inherited value wins; their references are not read
  readonly inherited: Inherited
}

/**
 * Reads, parses and layers templates, and expands what needs no secret.
 * Never throws for what templates say: that goes to `problems`.
 */
export function loadTemplate(request: TemplateRequest): Template {
  const { inherited, fromEnv = false, preferEnv = [], from = [] } = request
  const findings: Findings = { problems: [], warnings: [] }
  const scope = new Scope(inherited, preferEnv)
  if (fromEnv) addLayer(findInheritedReferences(inherited, preferEnv, findings), scope, findings)
  for (const layer of readLayers(request, findings)) addLayer(layer, scope, findings)
  for (const reference of from) addLayer(parseFrom(reference, findings), scope, findings)
  const problems = findings.problems.concat(scope.problems())
  return {
    entries: scope.entries(),
    replaced: scope.replaced(),
    problems: problems.length === 0 ? problems : limitProblems([...new Set(problems)]),
    warnings: findings.warnings,
  }
}

function addLayer({ statements, folder }: Layer, scope: Scope, { warnings }: Findings): void {
  const contexts = { single: { folder }, wildcard: { folder, wildcard: true } }
  for (const statement of statements) {
    const { file, line, name, decorators, wildcard, inherit } = statement
    const known = evaluate(statement, wildcard ? contexts.wildcard : contexts.single, scope)
    const entry = { file, line, name, decorators, parts: known.parts ?? [] }
    if (isAlmostReference(statement, known)) {
      warnings.push(`${file}:${line}: ${name}: stays text: what a name stands for is not read as a reference`)
    }
    if (wildcard) scope.addWildcard({ ...entry, wildcard }, known)
    else scope.define(inherit ? { ...entry, inherit } : entry, known)
  }
}

function evaluate(statement: Statement, context: ReferenceContext, scope: Scope): Known {
  const { name, pieces, wildcard, inherit, problem } = statement
  if (problem) return { ...asKnown(undefined), problems: [problem] }
  if (inherit) return asKnown(scope.inherited(name))
  const preferred = wildcard ? undefined : scope.preferred(name)
  if (preferred !== undefined) return { ...asKnown(preferred), sensitive: hasReference(pieces) }
  const known = expand(pieces, scope, context)
  return known.problems.length === 0
    ? known
    : { ...known, problems: known.problems.map(each => each.at(statement)) }
}

/** `A=${B}` where B is the text ssm:///x: somebody may have meant the secret. */
function isAlmostReference({ pieces: [first] }: Statement, { parts }: Known): boolean {
  const [text] = parts ?? []
  return typeof first === 'object' && first.kind === 'name' && typeof text === 'string' && isReference(text)
}

function hasReference(pieces: Statement['pieces']): boolean {
  return pieces.some(piece => typeof piece === 'object' && piece.kind === 'reference')
}

function limitProblems(problems: readonly SecwrapError[]): readonly SecwrapError[] {
  const [last] = problems.slice(MAX_PROBLEMS - 1)
  if (!last || problems.length === MAX_PROBLEMS) return problems
  const rest = problems.length - MAX_PROBLEMS
  const summary = new SecwrapError('BAD_TEMPLATE', `and ${rest} more problems`, {
    ...(last.details.place && { place: { ...last.details.place, name: '' } }),
  })
  return [...problems.slice(0, MAX_PROBLEMS), summary]
}
