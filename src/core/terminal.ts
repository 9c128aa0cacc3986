/**
 * The terminal that this process belongs to, whatever its descriptors lead to: for questions, and for what
 * nobody may see being typed.
 *
 * It is opened anew and read without blocking, so that signals are heard in between; O_NONBLOCK stays with
 * this descriptor, and the ones that we inherited are left alone.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { openFiles } from './files.ts'
import { type Libc, openLibc, systemCalls } from './libc.ts'
import { writeAll } from './log.ts'

/** What the kernel keeps of one line that is typed; it drops the rest without a word. Source: termios(3), canonical mode. */
export const LONGEST_LINE_BYTES = 4_095

const POLL_MS = 20
const FATAL = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export class Terminal implements Disposable {
  readonly #descriptor: number

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Undefined where this process has no terminal. */
  static open(): Terminal | undefined {
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    try {
      return new Terminal(openSync('/dev/tty', O_RDWR | O_NOCTTY | O_NONBLOCK))
    } catch {
      return undefined
    }
  }

  write(text: string): void {
    writeAll(this.#descriptor, text)
  }

  /** A line without its end. Undefined where the input ends instead, as by Ctrl-D. */
  async readLine(): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(LONGEST_LINE_BYTES + 1)
    for (let length = 0; ; ) {
      const count = await this.#readSome(bytes, length)
      if (count === 0) return length > 0 ? bytes.slice(0, length) : undefined
      length += count
      if (bytes[length - 1] === NEWLINE) return bytes.slice(0, length - 1)
      if (length === bytes.length) return bytes
    }
  }

  /**
   * Shows nothing of what is typed from here on, until it is disposed of; what was typed before is dropped. To be
   * called before the question is shown. The echo comes back also where a signal ends this process, and stays off
   * where it is stopped and goes on.
   *
   * Undefined where that can't be done, for want of FFI.
   */
  hideTyping(): Disposable | undefined {
    const libc = openLibc()
    return libc && new HiddenTyping(libc, this.#descriptor)
  }

  async #readSome(bytes: Uint8Array, start: number): Promise<number> {
    for (;;) {
      try {
        return openFiles().read(this.#descriptor, bytes, start)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'EIO') return 0 // the terminal is gone
        if (code !== 'EAGAIN') throw error
        await new Promise(resolve => setTimeout(resolve, POLL_MS))
      }
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}

const NEWLINE = 0x0a

// Source: asm-generic/ioctls.h, asm-generic/termbits.h
const TCGETS = 0x5401
const TCSETS = 0x5402
const TCSETSF = 0x5404 // drops what is not read yet
const TERMIOS_BYTES = 64 // 36 in the kernel's structure
const LOCAL_FLAGS = 3 // the fourth of its 32-bit words
const ECHO = 0o10
const ECHONL = 0o100 // Enter still moves on to the next line

class HiddenTyping implements Disposable {
  readonly #libc: Libc
  readonly #descriptor: number
  readonly #before = new Uint32Array(TERMIOS_BYTES / 4)
  readonly #hidden: Uint32Array
  readonly #handlers = new Map<NodeJS.Signals, () => void>()

  constructor(libc: Libc, descriptor: number) {
    this.#libc = libc
    this.#descriptor = descriptor
    this.#control(TCGETS, this.#before)
    this.#hidden = this.#before.slice()
    this.#hidden[LOCAL_FLAGS] = ((this.#before[LOCAL_FLAGS] ?? 0) & ~ECHO) | ECHONL
    for (const signal of FATAL) this.#listen(signal, () => this.#endBy(signal))
    // A shell gives a job that goes on an echoing terminal.
    this.#listen('SIGCONT', () => this.#control(TCSETS, this.#hidden))
    this.#control(TCSETSF, this.#hidden)
  }

  [Symbol.dispose](): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler)
    this.#control(TCSETS, this.#before)
  }

  #listen(signal: NodeJS.Signals, handler: () => void): void {
    this.#handlers.set(signal, handler)
    process.on(signal, handler)
  }

  #endBy(signal: NodeJS.Signals): void {
    this[Symbol.dispose]()
    process.kill(process.pid, signal)
  }

  #control(request: number, settings: Uint32Array): void {
    const { call, addressOf } = this.#libc
    call(systemCalls().ioctl, this.#descriptor, request, addressOf(settings))
  }
}
