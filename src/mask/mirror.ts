import { isatty } from 'node:tty'
import type { Libc } from '../core/libc.ts'
import type { Route } from './channel.ts'
import { Settings } from './settings.ts'
import { Window } from './window.ts'

/** Keeps terminals and the pseudo-terminals that stand for them alike. */
export class Mirror {
  readonly #windows: readonly Window[]
  readonly #settings: readonly Settings[]

  /** @param job - process group that the command belongs to. */
  constructor(libc: Libc, routes: readonly Route[], job: number) {
    const pseudo = routes.filter(({ from }) => isatty(from))
    this.#windows = pseudo.map(({ from, to }) => new Window(libc, to, from))
    this.#settings = pseudo.map(({ from, to }) => new Settings(libc, to, from, job))
  }

  get isNeeded(): boolean {
    return this.#windows.length > 0
  }

  update(): void {
    for (const window of this.#windows) if (window.copy()) window.tell()
    for (const settings of this.#settings) settings.copy()
  }
}
