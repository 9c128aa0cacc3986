/** Signals by name and number. */

export function signalNumber(name: string): number | undefined {
  const { signals } = process.getBuiltinModule('node:os').constants
  const full = name.toUpperCase().replace(/^(SIG)?/, 'SIG')
  const number = Object.hasOwn(signals, full) ? signals[full as NodeJS.Signals] : realTime(full)
  return number
}

const FIRST_REAL_TIME = 34 // the C libraries keep 32 and 33 for themselves
const LAST_SIGNAL = 64

/** `SIGRTMIN+3`, `SIGRTMAX-1`, or the number. */
function realTime(name: string): number | undefined {
  const [, base, offset = '+0', plain] = /^SIG(?:RT(MIN|MAX)([+-]\d+)?|(\d+))$/.exec(name) ?? []
  if (base === undefined && plain === undefined) return undefined
  const number = plain ? Number(plain) : (base === 'MIN' ? FIRST_REAL_TIME : LAST_SIGNAL) + Number(offset)
  return number >= 1 && number <= LAST_SIGNAL ? number : undefined
}

/** @param set - a bit a signal, as the kernel tells it: the lowest is signal 1. */
export function hasSignal(set: bigint, signal: number): boolean {
  return ((set >> BigInt(signal - 1)) & 1n) === 1n
}
