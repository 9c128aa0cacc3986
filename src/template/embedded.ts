/** `${reference}` in a file of any kind, of which everything else is somebody else's text. */
import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import type { Inherited, TemplateEntry } from '../core/types.ts'
import { expand } from './expand.ts'
import { notClosed } from './mistakes.ts'
import { MAX_PROBLEMS } from './parse.ts'
import { parseText } from './pieces.ts'
import { recognizeReference, VALS_START } from './recognize.ts'
import { Scope } from './scope.ts'
import { Source } from './source.ts'

/** A file in pieces: bytes as they stand, and what is to be filled in. */
export interface EmbeddedFile {
  readonly pieces: readonly (Uint8Array | TemplateEntry)[]
  readonly problems: readonly SecwrapError[]
}

export interface EmbeddedRequest {
  readonly file: string // for messages
  readonly folder: string // what file://./x is beside
  readonly inherited: Inherited // for names inside of references
}

/** Finds every `${reference}`; whatever is wrong with one is in `problems`. */
export function parseEmbedded(bytes: Uint8Array, request: EmbeddedRequest): EmbeddedFile {
  return new EmbeddedParser(bytes, request).parse()
}

/** Of `${…}` as it is written. */
const MAX_LENGTH = 256 * 1024

/** A reference shows what it is within so many characters. */
const HEAD_LENGTH = 256

class EmbeddedParser {
  readonly #bytes: Uint8Array
  readonly #text: string // a character a byte, so that places are the bytes' own
  readonly #source: Source
  readonly #request: EmbeddedRequest
  readonly #scope: Scope
  readonly #pieces: (Uint8Array | TemplateEntry)[] = []
  readonly #problems: SecwrapError[] = []
  #line = 1
  #lineEnd: number // of line `#line`
  #from = 0 // up to where pieces are made

  constructor(bytes: Uint8Array, request: EmbeddedRequest) {
    this.#bytes = bytes
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    this.#source = new Source(this.#text)
    this.#request = request
    this.#scope = new Scope(request.inherited, [])
    this.#lineEnd = this.#endOfLine(0)
  }

  parse(): EmbeddedFile {
    let at = this.#text.indexOf('${')
    while (at >= 0 && this.#problems.length < MAX_PROBLEMS) at = this.#text.indexOf('${', this.#take(at))
    this.#addText(this.#text.length)
    return { pieces: this.#pieces, problems: this.#problems }
  }

  /** @returns where to go on. */
  #take(at: number): number {
    try {
      if (!startsReference(this.#text.slice(at + 2, at + 2 + HEAD_LENGTH))) return at + 2
      const close = this.#source.closingBrace(at + 1, this.#text.length)
      if (this.#isEscaped(at)) return this.#addLiteral(at, close)
      if (close < 0) throw notClosed()
      this.#addText(at)
      this.#from = close + 1
      this.#addExpression(at, close + 1)
      return close + 1
    } catch (error) {
      this.#problems.push(asSecwrapError(error).at(this.#placeOf(at)))
      return at + 2
    }
  }

  /** An odd number of backslashes stands before it: those in pairs are each other's. */
  #isEscaped(at: number): boolean {
    let first = at
    while (first > this.#from && this.#text[first - 1] === '\\') first--
    return (at - first) % 2 === 1
  }

  #addLiteral(at: number, close: number): number {
    this.#addText(at - 1)
    this.#from = at
    return close < 0 ? at + 2 : close + 1
  }

  #addText(end: number): void {
    if (end > this.#from) this.#pieces.push(this.#bytes.subarray(this.#from, end))
    this.#from = end
  }

  #addExpression(start: number, end: number): void {
    if (end - start > MAX_LENGTH)
      throw new SecwrapError('BAD_TEMPLATE', 'the ${…} is longer than any could be')
    const written = decode(this.#bytes.subarray(start, end))
    const place = this.#placeOf(start)
    const pieces = parseText(new Source(written), 0, written.length)
    const { parts = [], problems } = expand(pieces, this.#scope, {
      folder: this.#request.folder,
      isFile: true,
    })
    this.#problems.push(...problems.map(problem => problem.at(place)))
    if (problems.length === 0) this.#pieces.push({ ...place, parts, decorators: {} })
  }

  /** Asked from the beginning of the file to its end. */
  #placeOf(at: number) {
    while (this.#lineEnd < at) {
      this.#line++
      this.#lineEnd = this.#endOfLine(this.#lineEnd + 1)
    }
    return { file: this.#request.file, line: this.#line, name: '' }
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf('\n', from)
    return end < 0 ? this.#text.length : end
  }
}

/**
 * Whether this is what follows `${` in a reference. `${vault:-x}` is a shell's name with a default.
 *
 * @throws SecwrapError BAD_TEMPLATE for what was meant as a reference but is none (`smm://…`).
 */
function startsReference(head: string): boolean {
  if (/^(?:secret)?ref\+/.test(head) && head.search(VALS_START) === 0) return true
  const form = recognizeReference(head)
  return form === 'vault-env' ? /^(?:>>)?(?:vault|bao):[^-?+=}][^}]*\//.test(head) : form !== undefined
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SecwrapError('BAD_TEMPLATE', 'the reference is not UTF-8 text')
  }
}
