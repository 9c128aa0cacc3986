import { matchesAny } from '../../core/glob.ts'
import { parseTemplate } from '../../template/parse.ts'
import { classify, type Verdict } from './classify.ts'
import { tellingTexts } from './comments.ts'

export interface Choices {
  readonly plain: readonly string[] // globs of names
  readonly secret: readonly string[]
  /** What a template that is there already has made of a name. */
  readonly kept: ReadonlyMap<string, boolean>
  /** `@sensitive` and `@public` in the comment above a name. */
  readonly marked: ReadonlyMap<string, boolean>
}

/** For each name whether it is a secret: as somebody said, else as name and value tell. */
export function decide(values: ReadonlyMap<string, string>, choices: Choices): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>()
  const guessed = new Set<string>()
  for (const [name, value] of values) {
    const said = findSaid(name, choices)
    if (!said) guessed.add(name)
    verdicts.set(name, said ?? classify(name, value))
  }
  const secrets = [...values].filter(([name]) => verdicts.get(name)?.isSecret).map(([, value]) => value)
  const texts = tellingTexts(secrets)
  for (const name of guessed) {
    const isTold = texts.some(text => values.get(name)?.includes(text))
    if (isTold && !verdicts.get(name)?.isSecret) verdicts.set(name, HOLDS_ANOTHER)
  }
  return verdicts
}

const HOLDS_ANOTHER: Verdict = { isSecret: true, why: 'holds the value of a secret' }

function findSaid(name: string, { plain, secret, kept, marked }: Choices): Verdict | undefined {
  if (matchesAny(name, secret)) return { isSecret: true, why: '--secret' }
  if (matchesAny(name, plain)) return { isSecret: false, why: '--plain' }
  const before = kept.get(name)
  if (before !== undefined) return { isSecret: before, why: 'as in the template' }
  const isSensitive = marked.get(name)
  if (isSensitive === undefined) return undefined
  return { isSecret: isSensitive, why: isSensitive ? '@sensitive' : '@public' }
}

/** What an earlier run, or whoever changed its template since, made of the names that still have their values. */
export function readChoices(
  template: string,
  values: ReadonlyMap<string, string>,
  referenceTo: (name: string) => string,
): ReadonlyMap<string, boolean> {
  const kept = new Map<string, boolean>()
  for (const { name, pieces, inherit } of parseTemplate(template, '', { problems: [], warnings: [] })) {
    const [piece] = pieces
    if (typeof piece === 'object' && piece.kind === 'reference' && piece.raw === referenceTo(name))
      kept.set(name, true)
    else if (!inherit && pieces.join('') === values.get(name)) kept.set(name, false)
  }
  return kept
}
