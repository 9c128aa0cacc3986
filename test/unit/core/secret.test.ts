import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.ts'

const secret = new Secret('hunter2')

test.each([
  ['template text', () => `${secret}`],
  ['concatenation', () => `a${String(secret)}`],
  ['JSON', () => JSON.stringify({ secret })],
  ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true })],
  ['error message', () => String(new Error(`bad ${secret}`))],
])('%s does not show the value', (_, show) => {
  expect(show()).toContain('[secret]')
  expect(show()).not.toContain('hunter2')
})

test('reveal gives the value', () => {
  expect(secret.reveal()).toBe('hunter2')
})
