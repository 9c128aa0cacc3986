import { expect, test } from '@jest/globals'
import { addColors } from '../../../../src/commands/mask/colors.ts'

test.each([
  ['a terminal of 16 colours', { TERM: 'xterm' }, '1'],
  ['of 256', { TERM: 'xterm-256color' }, '2'],
  ['of 16 million', { TERM: 'xterm-256color', COLORTERM: 'truecolor' }, '3'],
  ['a dumb one', { TERM: 'dumb' }, undefined],
  ['none that says so', {}, undefined],
  ['no colours wanted', { TERM: 'xterm', NO_COLOR: '1' }, undefined],
  ['an empty NO_COLOR says nothing', { TERM: 'xterm', NO_COLOR: '' }, '1'],
  ['what is set stays', { TERM: 'xterm-256color', FORCE_COLOR: '0' }, '0'],
])('%s', (_, environment, level) => {
  const colored = addColors(environment)
  expect(colored.FORCE_COLOR).toBe(level)
  expect({ ...colored, FORCE_COLOR: undefined }).toEqual({ ...environment, FORCE_COLOR: undefined })
})
