import { asSecwrapError, type SecwrapError } from '../../core/errors.ts'
import { matchesAny } from '../../core/glob.ts'
import { checkName, checkValue } from '../../environment/limits.ts'
import { parseTemplate } from '../../template/parse.ts'
import { isReference } from '../../template/recognize.ts'
import { decide, readChoices } from './decide.ts'
import { type DotenvFile, readDotenv } from './dotenv.ts'
import { marksOf } from './marks.ts'
import { type PlannedEntry, writeTemplate } from './template.ts'

export interface PlanRequest {
  readonly name: string // .env
  readonly env: string
  readonly example: string | undefined
  readonly template: string | undefined // what is there already, to go by
  readonly plain: readonly string[] // globs
  readonly secret: readonly string[]
  readonly sealedName: string // secrets.sops.json
  readonly referenceTo: (name: string) => string
}

export interface Plan {
  readonly template: string
  readonly differing: readonly string[] // names of which the template that is there says something else
  readonly secrets: ReadonlyMap<string, string>
  readonly entries: readonly PlannedEntry[]
  readonly warnings: readonly string[]
  readonly problems: readonly SecwrapError[]
}

/** What becomes of a .env file. Nothing is read or written here. */
export function planTemplate(request: PlanRequest): Plan {
  const { name, sealedName, referenceTo } = request
  const env = readDotenv(request.env)
  const example = request.example === undefined ? undefined : readDotenv(request.example)
  const values = valuesOf(env)
  const kept = readChoices(request.template ?? '', values, referenceTo)
  const marked = new Map([...(example ? marksOf(example) : []), ...marksOf(env)])
  const choices = { plain: request.plain, secret: request.secret, kept, marked }
  // Apart: what stands for a secret in an example is none.
  const verdicts = new Map([...decide(valuesOf(example), choices), ...decide(values, choices)])
  const { text, entries, warnings } = writeTemplate({ name, sealedName, env, example, verdicts, referenceTo })
  const secrets = entries
    .filter(({ isSecret }) => isSecret)
    .map(entry => [entry.name, values.get(entry.name) ?? ''] as const)
  const problems = findProblems(env, name)
  if (problems.length === 0) verifyTemplate(text, values, new Map(secrets), referenceTo)
  return {
    template: request.env.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text,
    differing: [...values.keys()].filter(each => kept.get(each) !== verdicts.get(each)?.isSecret),
    secrets: new Map(secrets),
    entries,
    warnings: [...warnings, ...findDoubts(env, request)],
    problems,
  }
}

function valuesOf(file: DotenvFile | undefined): ReadonlyMap<string, string> {
  return new Map([...(file?.entries ?? [])].map(([name, { value }]) => [name, value]))
}

/** What no environment can hold, whoever starts the application. */
function findProblems({ entries }: DotenvFile, file: string): readonly SecwrapError[] {
  return [...entries.values()].flatMap(({ name, value, line }) => {
    try {
      checkName(name)
      checkValue(name, value)
      return []
    } catch (error) {
      return [asSecwrapError(error).at({ file, line, name })]
    }
  })
}

function findDoubts({ entries }: DotenvFile, { name: file, plain, secret }: PlanRequest): readonly string[] {
  const references = [...entries.values()].filter(({ value }) => isReference(value))
  const globs = [...plain, ...secret].filter(
    glob => ![...entries.keys()].some(name => matchesAny(name, [glob])),
  )
  return [
    ...references.map(
      ({ name, line }) => `${file}:${line}: ${name}: looks like a reference, and stays text, as in dotenv`,
    ),
    ...globs.map(glob => `${file}: no name matches ${glob}`),
  ]
}

/** @throws Error where the template would come to anything else than the .env file. */
function verifyTemplate(
  text: string,
  values: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, string>,
  referenceTo: (name: string) => string,
): void {
  const findings = { problems: [], warnings: [] }
  const statements = parseTemplate(text, '', findings)
  const isSame = statements.every(({ name, pieces }) => {
    const [piece] = pieces
    if (typeof piece !== 'object') return pieces.join('') === values.get(name) && !secrets.has(name)
    return piece.kind === 'reference' && piece.raw === referenceTo(name) && secrets.has(name)
  })
  if (findings.problems.length > 0 || statements.length !== values.size || !isSame) {
    throw new Error('a template does not come to what its .env file comes to')
  }
}
