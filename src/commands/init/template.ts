import type { Verdict } from './classify.ts'
import { cleanComment, tellingTexts, withoutTexts } from './comments.ts'
import type { DotenvEntry, DotenvFile } from './dotenv.ts'
import { fitsDecorators } from './marks.ts'
import { writeMissing } from './missing.ts'
import { namesSecret, wordsOf } from './names.ts'
import { writeReference, writeText } from './statement.ts'

export interface Sources {
  readonly name: string // .env: how messages name it
  readonly sealedName: string // secrets.sops.json
  readonly env: DotenvFile
  readonly example: DotenvFile | undefined
  readonly verdicts: ReadonlyMap<string, Verdict> // of the names of both
  readonly referenceTo: (name: string) => string
}

export interface PlannedEntry extends Verdict {
  readonly name: string
  readonly line: number // in the .env file
}

export interface TemplateText {
  readonly text: string
  readonly entries: readonly PlannedEntry[]
  readonly warnings: readonly string[]
}

/** The template of a .env file: its lines in their order, and references in the place of secrets. */
export function writeTemplate(sources: Sources): TemplateText {
  return new TemplateWriter(sources).write()
}

class TemplateWriter {
  readonly #sources: Sources
  readonly #sealed: readonly string[] // what no comment may tell
  readonly #comments: ReadonlySet<string>
  readonly #lines: string[] = []
  readonly #entries: PlannedEntry[] = []
  readonly #warnings: string[] = []

  constructor(sources: Sources) {
    const { env, verdicts } = sources
    this.#sources = sources
    this.#comments = new Set(env.items.flatMap(item => (item.kind === 'comment' ? [item.text.trim()] : [])))
    const secrets = env.items.filter(item => item.kind === 'entry' && verdicts.get(item.name)?.isSecret)
    this.#sealed = tellingTexts(secrets.map(item => (item.kind === 'entry' ? item.value : '')))
  }

  write(): TemplateText {
    const { env, name, sealedName } = this.#sources
    for (const item of env.items) {
      if (item.kind === 'entry') this.#addEntry(item)
      else if (item.kind === 'comment') this.#lines.push(this.#clean(item.text, item.line))
      else if (item.kind === 'blank') this.#lines.push('')
      else this.#warn(item.line, 'this line is no NAME=value, as dotenv has it, and is left out')
    }
    this.#lines.push(...writeMissing(this.#sources, this.#sealed))
    const isSealed = this.#entries.some(({ isSecret }) => isSecret)
    const why = isSealed ? `secrets are sealed in ${sealedName}` : 'it has no secrets'
    const head = `# Made by secwrap init from ${name}. Safe to commit: ${why}.\n\n`
    return { text: `${head}${this.#lines.join('\n')}\n`, entries: this.#entries, warnings: this.#warnings }
  }

  #addEntry(entry: DotenvEntry): void {
    const { env, verdicts, referenceTo } = this.#sources
    const { name, line, value } = entry
    if (env.entries.get(name) !== entry) {
      this.#warn(line, `${name}: is set again below, and dotenv takes the last`)
      return
    }
    const { isSecret, why } = verdicts.get(name) ?? { isSecret: true, why: 'in doubt' }
    const written = { ...entry, comment: this.#cleanBehind(entry, isSecret) }
    const text = isSecret ? undefined : writeText(written)
    this.#adoptComments(name)
    this.#keepDecoratorsApart(entry)
    this.#lines.push(text ?? writeReference(written, referenceTo(name)))
    const isForced = text === undefined && !isSecret
    this.#entries.push({
      name,
      line,
      isSecret: text === undefined,
      why: isForced ? 'has no form as text' : why,
    })
    if (/\$\{\w+/.test(value)) {
      this.#warn(
        line,
        `${name}: its \${…} stays text, as in dotenv; write it into the template where the app expands it`,
      )
    }
  }

  /** dotenv ends `pass#word` at its `#`, and what follows may well be half a password. */
  #cleanBehind({ name, line, gap, comment }: DotenvEntry, isSecret: boolean): string {
    const isGlued = comment !== '' && gap === ''
    if (!isGlued || !(isSecret || namesSecret(wordsOf(name)))) return this.#clean(comment, line)
    this.#warn(line, `${name}: dotenv ends the value before its #, and what follows is left out`)
    return ''
  }

  #clean(comment: string, line: number): string {
    const cleaned = cleanComment(comment, this.#sealed)
    if (cleaned !== comment) this.#warn(line, 'what looks like a secret in a comment is left out')
    return cleaned
  }

  /** Those of the example, where the .env file has none of its own. */
  #adoptComments(name: string): void {
    const { env, example } = this.#sources
    if ((env.comments.get(name) ?? []).length > 0) return
    const comments = (example?.comments.get(name) ?? []).filter(
      comment => !this.#comments.has(comment.trim()),
    )
    this.#lines.push(...comments.map(comment => withoutTexts(comment, this.#sealed)))
  }

  /** Decorators mean nothing to dotenv; a blank line keeps those away that would make an error of the entry. */
  #keepDecoratorsApart({ name, line, value }: DotenvEntry): void {
    const from = this.#lines.findLastIndex(each => !each.trimStart().startsWith('#')) + 1
    if (fitsDecorators(this.#lines.slice(from), value)) return
    this.#lines.push('')
    this.#warn(line, `${name}: the decorators above it do not fit, and a blank line keeps them away`)
  }

  #warn(line: number, text: string): void {
    this.#warnings.push(`${this.#sources.name}:${line}: ${text}`)
  }
}
