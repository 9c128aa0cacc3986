/** How `list` prints: as it goes, or as a table at the end. */
import { isatty } from 'node:tty'
import { writeAll } from '../core/log.ts'
import type { Listed } from '../core/types.ts'
import { ageOf } from './age.ts'
import type { FlagValues } from './flags.ts'
import { flatten, formatColumns } from './table.ts'

export interface Printer {
  readonly isQuiet: boolean // prints at the end only
  add(row: Listed): void
  end(): void
}

export function createPrinter({ json, long, color }: FlagValues): Printer {
  if (json) return new Stream('[', ',', '\n]\n', row => `\n  ${JSON.stringify(toJson(row))}`)
  if (!long) return new Stream('', '', '', row => `${flatten(row.id.uri)}\n`)
  if (!isatty(1))
    return new Stream('', '', '', row => `${Object.values(toRow(row)).map(flatten).join('\t')}\n`)
  const rows: Record<string, string>[] = []
  return {
    isQuiet: true,
    add: row => void rows.push(toRow(row)),
    end: () => writeAll(1, formatColumns(rows, Boolean(color) && !process.env.NO_COLOR)),
  }
}

const FLUSH_CHARACTERS = 8_192

/** Writes as it goes, some rows at a time. */
class Stream implements Printer {
  readonly isQuiet = !isatty(1)
  readonly #between: string
  readonly #last: string
  readonly #format: (row: Listed) => string
  #text: string
  #isFirst = true

  constructor(first: string, between: string, last: string, format: (row: Listed) => string) {
    this.#text = first
    this.#between = between
    this.#last = last
    this.#format = format
  }

  add(row: Listed): void {
    this.#text += `${this.#isFirst ? '' : this.#between}${this.#format(row)}`
    this.#isFirst = false
    if (this.#text.length >= FLUSH_CHARACTERS) this.#flush()
  }

  end(): void {
    this.#text += this.#last
    this.#flush()
  }

  #flush(): void {
    writeAll(1, this.#text)
    this.#text = ''
  }
}

function toRow({ id, version = '', updatedAt, author = '', state }: Listed): Record<string, string> {
  return { reference: id.uri, version, age: ageOf(updatedAt), author, state: state ?? '' }
}

function toJson({ id, version, updatedAt, author, state }: Listed): object {
  return { reference: id.uri, version, updatedAt, author, state }
}
