/** A bar on standard error where that is a terminal, and nothing elsewhere. */
import { isatty } from 'node:tty'
import { writeAll } from '../core/log.ts'

const EVERY_MS = 100
const WIDTH = 30
const CLEAR_LINE = '\r\u001b[K'

export class Progress implements Disposable {
  readonly #label: string
  readonly #total: number | undefined
  readonly #isShown: boolean
  #done = 0
  #drawnAt = 0

  /** @param total - undefined where nobody knows: the bar counts only. */
  constructor(label: string, total?: number) {
    this.#label = label
    this.#total = total
    this.#isShown = isatty(2) && process.env.TERM !== 'dumb'
  }

  advance(count = 1): void {
    this.#done += count
    if (!this.#isShown || Date.now() - this.#drawnAt < EVERY_MS) return
    this.#drawnAt = Date.now()
    writeAll(2, `${CLEAR_LINE}${formatBar(this.#label, this.#done, this.#total)}`)
  }

  /** Takes the bar away, so that what is said next stands alone. */
  [Symbol.dispose](): void {
    if (this.#drawnAt > 0) writeAll(2, CLEAR_LINE)
    this.#drawnAt = 0
  }
}

/** `[=========>          ] 1,234 of 5,000 written` */
export function formatBar(label: string, done: number, total: number | undefined): string {
  if (total === undefined) return `${formatCount(done)} ${label}`
  const filled = total === 0 ? WIDTH : Math.floor((Math.min(done, total) / total) * WIDTH)
  const bar = filled === WIDTH ? '='.repeat(WIDTH) : `${'='.repeat(filled)}>`.padEnd(WIDTH)
  return `[${bar}] ${formatCount(done)} of ${formatCount(total)} ${label}`
}

/** 12345 as 12,345, whatever the locale: it stands in tests and in logs. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
