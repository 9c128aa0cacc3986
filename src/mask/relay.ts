/** From the command's pipes or pseudo-terminals to where its output was meant to go, until nobody can write into them any more. */
import { type Libc, systemCalls } from '../core/libc.ts'
import { Channel, type Route } from './channel.ts'
import type { Matcher } from './matcher.ts'
import type { Mirror } from './mirror.ts'

const POLL_ENTRY_BYTES = 8 // descriptor: 32 bits, asked: 16, answered: 16
const POLLIN = 1
const POLLOUT = 4
const POLLERR = 8
const POLLHUP = 16
const POLLNVAL = 32
/** The kernel tells nobody what is set at a terminal, and a new size only those in the foreground: it is looked for. */
const LOOK_EVERY_NS = 100_000_000n

const GONE = POLLERR | POLLHUP | POLLNVAL

/**
 * Returns when all is over. Each stream waits for its own reader only, and nothing is read before the last of it is
 * written: the command waits as it would without us.
 *
 * @returns what could not be written, for another cause than that nobody reads it: errno names.
 */
export function relay(
  libc: Libc,
  routes: readonly Route[],
  matcher: Matcher,
  mirror: Mirror,
): readonly string[] {
  const channels = routes.map(route => new Channel(route, matcher))
  const entries = new DataView(new ArrayBuffer(2 * channels.length * POLL_ENTRY_BYTES))
  const address = libc.addressOf(new Uint8Array(entries.buffer))
  const patience = new BigInt64Array(2) // seconds, nanoseconds
  const patienceAddress = mirror.isNeeded ? libc.addressOf(patience) : 0
  for (;;) {
    const running = channels.filter(({ isOver }) => !isOver)
    if (running.length === 0) return channels.flatMap(({ failure }) => failure ?? [])
    for (const [index, channel] of running.entries()) ask(channel, entries, index)
    patience.set([0n, LOOK_EVERY_NS]) // the kernel leaves in it what is left
    libc.call(systemCalls().ppoll, address, 2 * running.length, patienceAddress)
    mirror.update()
    for (const [index, channel] of running.entries()) act(channel, entries, index, running.length === 1)
  }
}

/** Reads where nothing waits to be written; the other end is watched anyway, so that the command hears of it at once. */
function ask({ route, isWaiting }: Channel, entries: DataView, index: number): void {
  const at = 2 * index * POLL_ENTRY_BYTES
  write(entries, at, isWaiting ? -1 : route.from, POLLIN)
  write(entries, at + POLL_ENTRY_BYTES, route.to, isWaiting ? POLLOUT : 0)
}

function write(entries: DataView, at: number, descriptor: number, asked: number): void {
  entries.setInt32(at, descriptor, true)
  entries.setInt16(at + 4, asked, true)
  entries.setInt16(at + 6, 0, true)
}

function act(channel: Channel, entries: DataView, index: number, isAlone: boolean): void {
  const at = 2 * index * POLL_ENTRY_BYTES
  const source = entries.getInt16(at + 6, true)
  const target = entries.getInt16(at + POLL_ENTRY_BYTES + 6, true)
  if (target & GONE) channel.close()
  else if (target & POLLOUT) channel.write(isAlone)
  else if (source !== 0) channel.read(isAlone)
}
