/** The size of a terminal's window, and the pseudo-terminal that stands for it: ioctl_tty(2). */
import { type Libc, systemCalls } from '../core/libc.ts'

const TIOCGPGRP = 0x540f
const TIOCGWINSZ = 0x5413
const TIOCSWINSZ = 0x5414
const SIGWINCH = 28

export class Window {
  readonly #libc: Libc
  readonly #terminal: number
  readonly #pseudo: number
  readonly #size = new BigUint64Array(1) // four numbers of 16 bits
  readonly #group = new Int32Array(1)
  readonly #sizeAddress: number
  readonly #groupAddress: number
  #known: bigint | undefined

  /** @param pseudo - its master side. */
  constructor(libc: Libc, terminal: number, pseudo: number) {
    this.#libc = libc
    this.#terminal = terminal
    this.#pseudo = pseudo
    this.#sizeAddress = libc.addressOf(this.#size)
    this.#groupAddress = libc.addressOf(this.#group)
    this.#control(pseudo, TIOCGWINSZ, this.#sizeAddress)
    this.#known = this.#size[0]
  }

  /** Makes the pseudo-terminal as large as the terminal is. @returns whether that has changed. */
  copy(): boolean {
    if (!this.#control(this.#terminal, TIOCGWINSZ, this.#sizeAddress)) return false
    if (this.#size[0] === this.#known) return false
    this.#known = this.#size[0]
    return this.#control(this.#pseudo, TIOCSWINSZ, this.#sizeAddress)
  }

  /** Those in the foreground have asked for the size already, when the kernel told them: too early. */
  tell(): void {
    const isOurs = this.#control(this.#terminal, TIOCGPGRP, this.#groupAddress)
    const [group = 0] = this.#group
    if (isOurs && group > 1) this.#libc.call(systemCalls().kill, -group, SIGWINCH)
  }

  #control(terminal: number, request: number, address: number): boolean {
    return this.#libc.call(systemCalls().ioctl, terminal, request, address) === 0
  }
}
