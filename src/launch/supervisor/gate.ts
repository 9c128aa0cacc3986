import { type Libc, systemCalls } from '../../core/libc.ts'

const O_CLOEXEC = 0o2000000

/** A pipe at which a resolver waits: it goes on at a byte, and ends where nobody could send one any more. */
export class Gate {
  readonly #libc: Libc
  readonly #ends = new Int32Array(2)
  readonly #address: number
  #opener = -1

  constructor(libc: Libc) {
    this.#libc = libc
    this.#address = libc.addressOf(this.#ends)
  }

  /** @param use - is given the end for the resolver, which is closed here afterwards. */
  build<T>(use: (gate: number) => T): T {
    const { pipe2, close } = systemCalls()
    this.#libc.call(pipe2, this.#address, O_CLOEXEC)
    const [gate = -1, opener = -1] = this.#ends
    this.#opener = opener
    const result = use(gate)
    this.#libc.call(close, gate)
    return result
  }

  open(): void {
    this.#libc.call(systemCalls().write, this.#opener, this.#address, 1)
    this.close()
  }

  close(): void {
    this.#libc.call(systemCalls().close, this.#opener)
    this.#opener = -1
  }
}
