import { expect, test } from '@jest/globals'
import { readStatus } from '../../../src/launch/children.ts'
import { signalNumber } from '../../../src/launch/signals.ts'
import { listUnchanged } from '../../../src/launch/trim.ts'

test.each([
  ['HUP', 1],
  ['SIGHUP', 1],
  ['term', 15],
  ['15', 15],
  ['RTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['RTMAX-1', 63],
  ['RTMIN+31', undefined],
  ['0', undefined],
  ['65', undefined],
  ['', undefined],
  ['toString', undefined],
])('%j is %j', (name, number) => {
  expect(signalNumber(name)).toBe(number)
})

test.each([
  [0x0000, { ended: { code: 0 } }],
  [0x0700, { ended: { code: 7 } }],
  [0xff00, { ended: { code: 255 } }],
  [0x0009, { ended: { signal: 9 } }],
  [0x008b, { ended: { signal: 11 } }], // with a core file
  [0x0040, { ended: { signal: 64 } }],
  [0x147f, { stopped: 20 }],
  [0xffff, { continued: true }],
])('status %i', (status, outcome) => {
  expect(readStatus(status)).toEqual(outcome)
})

const region = (head: string, anonymous: number) =>
  `${head}\nSize: 12 kB\nAnonymous:  ${anonymous} kB\nVmFlags: rd mr\n`

test('only what is a file, unchanged and not to be written is given back', () => {
  const smaps = [
    region('1000-3000 r-xp 00000000 fe:00 7 /bin/x', 0),
    region('3000-4000 r--p 00002000 fe:00 7 /bin/x', 4), // relocated
    region('4000-5000 rw-p 00003000 fe:00 7 /bin/x', 0),
    region('5000-6000 r--p 00000000 00:00 0', 0), // no file
    region('6000-7000 r--s 00000000 fe:00 8 /shared', 0),
    region('7000-8000 r--p 00000000 fe:00 9 /lib/y', 0),
  ].join('')
  expect(listUnchanged(smaps)).toEqual([
    { start: 0x1000, bytes: 0x2000 },
    { start: 0x7000, bytes: 0x1000 },
  ])
})
