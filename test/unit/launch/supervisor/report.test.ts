import { expect, test } from '@jest/globals'
import { formatReport, parseReport } from '../../../../src/launch/supervisor/report.ts'

const LINES = [
  { event: 'begin' },
  { event: 'read', name: 'vault://secret/a#k', mark: '3', seconds: 86_400 },
  { event: 'lease', name: 'vault://database/creds/app', id: 'x', seconds: 3600, renewable: true },
  {
    event: 'lease',
    name: 'VAULT_TOKEN',
    id: 'token x',
    seconds: 60,
    renewable: true,
    atEnd: 'warn',
  },
  { event: 'renewed', id: 'y', seconds: 60 },
  { event: 'problem', text: 'first' },
  { event: 'problem', text: 'second' },
  { event: 'ready' },
] as const

test('what is written can be read', () => {
  expect(parseReport(formatReport(LINES))).toEqual({
    marks: new Map([['vault://secret/a#k', '3']]),
    leases: [
      { name: 'vault://database/creds/app', id: 'x', seconds: 3600, renewable: true },
      { name: 'VAULT_TOKEN', id: 'token x', seconds: 60, renewable: true, atEnd: 'warn' },
    ],
    lives: [86_400],
    renewed: new Map([['y', 60]]),
    problem: 'first',
    isReady: true,
  })
})

test('wherever a writer was killed, what is whole counts', () => {
  const text = formatReport(LINES)
  for (let length = 0; length < text.length; length++) {
    expect(parseReport(text.slice(0, length)).isReady).toBe(false)
  }
})
