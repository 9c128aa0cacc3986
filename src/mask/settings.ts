/**
 * What a program sets at the pseudo-terminal, as keys that come one by one and are not shown: the keyboard is the real
 * terminal's, so that one gets it as well. Source: ioctl_tty(2), asm-generic/termbits.h
 */
import { type Libc, systemCalls } from '../core/libc.ts'

const TCGETS = 0x5401
const TCSETS = 0x5402
const TIOCGPGRP = 0x540f

/** Flags of input, output, hardware and line, then the keys. 36 bytes in the kernel. */
const WORDS = 16
const OUTPUT = 1
const HARDWARE = 2
const OPOST = 1

export class Settings {
  readonly #libc: Libc
  readonly #terminal: number
  readonly #pseudo: number
  readonly #job: number
  readonly #group = new Int32Array(1)
  readonly #groupAddress: number
  readonly #now = new Uint32Array(WORDS)
  readonly #nowAddress: number
  readonly #real = new Uint32Array(WORDS)
  readonly #realAddress: number
  #known: string

  /**
   * @param pseudo - its master side, which tells what is set at the other one.
   * @param job - process group. While another one is in the foreground, the terminal is that one's.
   */
  constructor(libc: Libc, terminal: number, pseudo: number, job: number) {
    this.#libc = libc
    this.#terminal = terminal
    this.#pseudo = pseudo
    this.#job = job
    this.#groupAddress = libc.addressOf(this.#group)
    this.#nowAddress = libc.addressOf(this.#now)
    this.#realAddress = libc.addressOf(this.#real)
    this.#control(pseudo, TCGETS, this.#nowAddress)
    this.#known = this.#now.join()
  }

  /** Passes on what has changed since the last time, but for how output is processed, and the line's speed. */
  copy(): void {
    if (!this.#control(this.#pseudo, TCGETS, this.#nowAddress)) return
    const now = this.#now.join()
    if (now === this.#known || !this.#isInForeground()) return
    if (!this.#control(this.#terminal, TCGETS, this.#realAddress)) return
    const [, output = 0, hardware = 0] = this.#real
    this.#real.set(this.#now)
    this.#real[OUTPUT] = (Number(this.#now[OUTPUT]) & ~OPOST) | (output & OPOST)
    this.#real[HARDWARE] = hardware
    if (this.#control(this.#terminal, TCSETS, this.#realAddress)) this.#known = now
  }

  #isInForeground(): boolean {
    return this.#control(this.#terminal, TIOCGPGRP, this.#groupAddress) && this.#group[0] === this.#job
  }

  #control(terminal: number, request: number, address: number): boolean {
    return this.#libc.call(systemCalls().ioctl, terminal, request, address) === 0
  }
}

/** Bytes of output stay as they are: the real terminal does what is to be done at the ends of lines. */
export function copySettings(libc: Libc, terminal: number, pseudo: number): void {
  const settings = new Uint32Array(WORDS)
  const address = libc.addressOf(settings)
  libc.call(systemCalls().ioctl, terminal, TCGETS, address)
  settings[OUTPUT] = Number(settings[OUTPUT]) & ~OPOST
  libc.call(systemCalls().ioctl, pseudo, TCSETS, address)
}
