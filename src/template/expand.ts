import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import { applyFilters, isFileFilter, refuseOutsideFiles } from '../core/filters.ts'
import type { Expansion, Part, Reference } from '../core/types.ts'
import { notSet } from './mistakes.ts'
import { append, asText } from './parts.ts'
import { parseReferenceOf, type ReferenceContext } from './reference.ts'
import { asKnown, type Known, type Scope } from './scope.ts'
import type { Modifiers, NamePiece, Piece, ReferencePiece } from './syntax.ts'
import { encodeName } from './uri.ts'

/** A value is at most 131071 bytes in the end; what comes to more here is a mistake that multiplies. */
const MAX_SIZE = 1024 * 1024

/** Of one value. */
const MAX_PROBLEMS = 100

/** What a reference counts for beside characters: 1024 of them are enough for any value. */
const REFERENCE_SIZE = 1024

export interface ExpandContext extends ReferenceContext {
  readonly isFile?: boolean // and not a template of variables
}

/**
 * Looks names up and works out all that needs no secret: afterwards a value is text, references and
 * what waits for them. An untaken default leaves no reference behind.
 */
export function expand(pieces: readonly Piece[], scope: Scope, context: ExpandContext): Known {
  // Most values are one piece of text.
  const only = pieces.length === 1 ? pieces[0] : undefined
  return typeof only === 'string' ? asKnown(only) : new Expander(scope, context).expand(pieces)
}

class Expander {
  readonly #scope: Scope
  readonly #context: ExpandContext
  readonly #problems: SecwrapError[] = []
  #sensitive = false
  #size = 0

  constructor(scope: Scope, context: ExpandContext) {
    this.#scope = scope
    this.#context = context
  }

  expand(pieces: readonly Piece[]): Known {
    const parts = this.#expandAll(pieces)
    return { parts, sensitive: this.#sensitive, size: this.#size, problems: this.#problems }
  }

  #expandAll(pieces: readonly Piece[]): readonly Part[] {
    const parts: Part[] = []
    for (const piece of pieces) {
      try {
        for (const part of this.#expandPiece(piece)) append(parts, part)
      } catch (error) {
        this.#addProblem(asSecwrapError(error))
        if (this.#size > MAX_SIZE || this.#problems.length >= MAX_PROBLEMS) break
      }
    }
    return parts
  }

  /** A name that stands twice is told once. */
  #addProblem(problem: SecwrapError): void {
    if (!this.#isTold(problem.message)) this.#problems.push(problem)
  }

  #isTold(message: string): boolean {
    return this.#problems.some(problem => problem.message === message)
  }

  /** @throws SecwrapError BAD_TEMPLATE once the value has grown out of all bounds. */
  #grow(size: number): void {
    this.#size += size
    if (this.#size > MAX_SIZE) {
      throw new SecwrapError('BAD_TEMPLATE', 'the value is too long for an environment')
    }
  }

  #expandPiece(piece: Piece): readonly Part[] {
    if (typeof piece === 'string') {
      this.#grow(piece.length)
      return [piece]
    }
    return piece.kind === 'name' ? this.#expandName(piece) : this.#expandReference(piece)
  }

  #expandName(piece: NamePiece): readonly Part[] {
    const known = this.#scope.find(piece.name)
    if (known && known.problems.length > 0) {
      for (const problem of known.problems) this.#addProblem(problem)
      return []
    }
    if (known?.sensitive) this.#sensitive = true
    const parts = known?.parts
    if (parts === undefined) return this.#expandUnset(piece)
    this.#grow(known?.size ?? 0)
    const text = asText(parts)
    if (text !== undefined && !this.#isForFile(piece)) {
      return this.#expandText(applyFilters(text, piece.filters), piece)
    }
    if (!piece.operator && piece.filters.length === 0) return parts
    return [this.#defer(parts, piece)]
  }

  #expandUnset({ name, operator, word }: NamePiece): readonly Part[] {
    if (operator === '-' || operator === ':-') return this.#expandAll(word)
    if (operator === '+' || operator === ':+') return []
    if (operator) throw notSet(name, word)
    const message = `${name} is not set`
    if (this.#isTold(message)) return []
    const hint = this.#scope.mayBeImported(name)
      ? 'names that *= imports are not seen in ${…}: give the secret an entry of its own'
      : `\${${name}:-default}`
    throw new SecwrapError('BAD_TEMPLATE', message, { hint })
  }

  #expandText(text: string, { name, operator, word }: NamePiece): readonly Part[] {
    const counts = text !== '' || !operator?.startsWith(':')
    if (operator === '+' || operator === ':+') return counts ? this.#expandAll(word) : []
    if (counts || !operator) return [text]
    if (operator === ':?') throw notSet(name, word)
    return this.#expandAll(word)
  }

  /** Of several references each has lines of its own. */
  #expandReference(piece: ReferencePiece): readonly Part[] {
    const parts: Part[] = [this.#readReference(piece)]
    for (const other of piece.others ?? []) parts.push('\n', this.#readReference(other))
    return piece.operator || piece.filters.length > 0 ? [this.#defer(parts, piece)] : parts
  }

  #readReference({ form, text, raw }: ReferencePiece): Reference {
    this.#grow(REFERENCE_SIZE)
    let written = ''
    for (const piece of text) written += typeof piece === 'string' ? piece : this.#textOf(piece)
    return parseReferenceOf(form, written, raw, this.#context)
  }

  /** A name inside a reference. What it stands for is no syntax: it is encoded, but for `/` in a path. */
  #textOf(piece: NamePiece): string {
    const text = asText(this.#expandName(piece))
    if (text === undefined) {
      const message = `a reference can't depend on a secret, as ${piece.name} does`
      throw new SecwrapError('BAD_TEMPLATE', message)
    }
    return encodeName(text)
  }

  /** Whether it has to wait until a file is filled. @throws SecwrapError BAD_TEMPLATE where there is none. */
  #isForFile({ filters }: Modifiers): boolean {
    const isForFile = filters.some(isFileFilter)
    return isForFile && (this.#context.isFile || refuseOutsideFiles())
  }

  #defer(parts: readonly Part[], modifiers: Modifiers): Expansion {
    this.#isForFile(modifiers)
    const { operator, word, filters } = modifiers
    if (!operator) return { parts, filters }
    return { parts, filters, otherwise: { operator, word: this.#expandAll(word) } }
  }
}
