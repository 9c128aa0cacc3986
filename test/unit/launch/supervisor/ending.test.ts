import { expect, test } from '@jest/globals'
import { meansEnd } from '../../../../src/launch/supervisor/ending.ts'

const [HUP, INT, QUIT, USR1, TERM] = [1, 2, 3, 10, 15]
const ignoring = (...signals: readonly number[]) =>
  signals.reduce((set, n) => set | (1n << BigInt(n - 1)), 0n)

test.each([
  // signal, from the kernel, ignored by the caller, whether it is the end
  [TERM, false, ignoring(), true],
  [INT, true, ignoring(), true],
  [QUIT, false, ignoring(), true],
  [HUP, true, ignoring(), true],
  [HUP, false, ignoring(), false],
  [USR1, false, ignoring(), false],
  [INT, true, ignoring(INT, QUIT), false],
  [TERM, false, ignoring(INT, QUIT), true],
  [HUP, true, ignoring(HUP), false],
])('signal %i, from the kernel: %s, ignored: %i', (signal, isFromKernel, ignored, isEnd) => {
  expect(meansEnd({ signal, isFromKernel }, ignored)).toBe(isEnd)
})
