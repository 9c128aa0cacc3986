/** What is masked: what came from a store, whole and as a part of something, and what is marked `@sensitive`. */
import type { Part, Resolved, TemplateEntry } from '../../core/types.ts'
import { evaluateParts } from '../../environment/evaluate.ts'
import type { MaskValue } from '../../mask/forms.ts'
import type { Prepared } from '../prepare.ts'

export function listMaskValues({ template, resolved, environment }: Prepared): readonly MaskValue[] {
  const shown = new Set<string>()
  const hidden: MaskValue[] = []
  for (const entry of template.entries) {
    const texts = listTexts(entry, resolved, environment[entry.name])
    const { sensitive } = entry.decorators
    if (sensitive === false) for (const text of texts) shown.add(text)
    else for (const text of texts) hidden.push({ text, isMarked: sensitive === true })
  }
  // A user's name that is @public stays readable in a URL, too.
  return hidden.filter(({ text, isMarked }) => isMarked || !shown.has(text))
}

function listTexts(entry: TemplateEntry, resolved: Resolved, value: string | undefined): readonly string[] {
  if (entry.wildcard) return [...(resolved.imports.get(entry)?.values() ?? [])].map(secret => secret.reveal())
  const secrets = listSecrets(entry.parts, resolved)
  // Without a secret in it, it is the template's own text.
  const isWhole = secrets.length > 0 || entry.decorators.sensitive !== undefined
  return value !== undefined && isWhole ? [value, ...secrets] : secrets
}

/** As they came, and as filters made them. */
function listSecrets(parts: readonly Part[], resolved: Resolved): readonly string[] {
  return parts.flatMap(part => {
    if (typeof part === 'string') return []
    if ('raw' in part) return resolved.secrets.get(part)?.reveal() ?? []
    const own = listSecrets(part.parts, resolved)
    const filtered =
      own.length > 0 && part.filters.length > 0 ? filter(part.parts, part.filters, resolved) : []
    return [...own, ...filtered, ...listSecrets(part.otherwise?.word ?? [], resolved)]
  })
}

function filter(parts: readonly Part[], filters: readonly string[], resolved: Resolved): readonly string[] {
  const text = evaluateParts([{ parts, filters }], resolved)
  return text === undefined ? [] : [text]
}
