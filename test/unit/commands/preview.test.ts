import { expect, test } from '@jest/globals'
import { formatPreview, formatSummary, type Shown, toShown } from '../../../src/commands/preview.ts'

function rows(action: Shown['action'], count: number): Shown[] {
  return Array.from({ length: count }, (_, index) => ({ from: `f${index}`, to: `t${index}`, action }))
}

test.each([
  [[], 'nothing'],
  [rows('new', 1_234), '1,234 new'],
  [[...rows('same', 2), ...rows('change', 1), ...rows('new', 3)], '3 new, 1 with another value, 2 the same'],
  [rows('skip', 4), '4 skipped'],
])('%#: %s', (shown, text) => {
  expect(formatSummary(shown)).toBe(text)
})

test('what changes is shown, up to twenty rows, and what is the same is counted', () => {
  const lines = formatPreview([...rows('same', 9), ...rows('new', 25)]).split('\n')
  expect(lines).toHaveLength(1 + 20 + 2)
  expect(lines.slice(-2)).toEqual(['and 5 more', '25 new, 9 the same'])
  expect(lines.join('\n')).not.toContain(' same\n')
})

test('a name can not move the cursor', () => {
  const shown: Shown = { from: 'a\u001b[2J', to: 'b\nc', action: 'new' }
  expect(formatPreview([shown])).not.toMatch(/\u001b|b\nc/)
})

test('another value that is left alone is skipped', () => {
  const step = { from: 'a', to: 'b', action: 'change' } as const
  expect([toShown(step, true).action, toShown(step, false).action]).toEqual(['skip', 'change'])
})
