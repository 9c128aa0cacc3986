import { readWhole } from '../core/files.ts'
import { unhide } from './start-record.ts'

/** What the kernel kept of how this process was started, byte for byte. Not to be had after `protectProcess`. */
export function readStrings(name: 'environ' | 'cmdline'): readonly Buffer[] {
  return splitStrings(readWhole(`/proc/self/${name}`, Number.POSITIVE_INFINITY))
}

/** Strings that each end in a NUL byte. */
export function splitStrings(bytes: Uint8Array): readonly Buffer[] {
  const strings = Buffer.from(bytes).toString('latin1').split('\0').slice(0, -1)
  return strings.map(text => Buffer.from(unhide(text), 'latin1'))
}
