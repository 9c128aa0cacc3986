import { expect, test } from '@jest/globals'
import {
  formatAsk,
  formatTold,
  parseAsk,
  parseFound,
  type Told,
} from '../../../../src/launch/sidecar/report.ts'

const ASK = {
  isFirst: true,
  leases: [{ name: 'vault://db', id: 'db/1', seconds: 60, renewable: true }],
  tokens: [{ name: 'VAULT_TOKEN (http://v)', id: 'token {}', seconds: 60, renewable: false }],
  marks: new Map([['vault://a', '3']]),
  files: new Map([['/run/a', '1 2']]),
  schemes: ['vault'],
}
const TOLD: readonly Told[] = [
  { event: 'read', name: 'vault://a', mark: '3', since: 5 },
  { event: 'read', name: 'file://b', mark: 'a0f1', seconds: 90 },
  { event: 'scheme', name: 'vault' },
  { event: 'lease', name: 'vault://db', id: 'db/1', seconds: 60, renewable: true },
  { event: 'lease', name: 'vault://pki', seconds: 60, renewable: false },
  { event: 'token', name: 'VAULT_TOKEN', id: 'token {}', seconds: 60, renewable: true, atEnd: 'warn' },
  { event: 'held', name: 'vault://x', seconds: 30 },
  { event: 'held', name: 'vault://y' },
  { event: 'file', path: '/run/a', mark: '1 2', change: 'new' },
  { event: 'requests', count: 2 },
  { event: 'problem', text: 'one' },
  { event: 'problem', text: 'two' },
  { event: 'ready' },
]

test('what is asked comes out as it went in, whatever is told after it', () => {
  expect(parseAsk(formatAsk(ASK) + formatTold(TOLD))).toEqual(ASK)
})

test('what is told comes out by its kinds', () => {
  expect(parseFound(formatAsk(ASK) + formatTold(TOLD))).toEqual({
    marks: new Map([
      ['vault://a', '3'],
      ['file://b', 'a0f1'],
    ]),
    since: new Map([['vault://a', 5]]),
    lives: new Map([['file://b', 90]]),
    schemes: ['vault'],
    leases: [
      { name: 'vault://db', id: 'db/1', seconds: 60, renewable: true },
      { name: 'vault://pki', id: undefined, seconds: 60, renewable: false },
    ],
    tokens: [{ name: 'VAULT_TOKEN', id: 'token {}', seconds: 60, renewable: true, atEnd: 'warn' }],
    held: new Map([
      ['vault://x', 30],
      ['vault://y', undefined],
    ]),
    files: [{ path: '/run/a', mark: '1 2', change: 'new' }],
    requests: 2,
    problem: 'one',
    isReady: true,
  })
})

test('a process that was killed while it wrote has told what came before', () => {
  const text = formatAsk(ASK) + formatTold(TOLD)
  const { isReady, problem, requests } = parseFound(text.slice(0, -5))
  expect([isReady, problem, requests]).toEqual([false, 'one', 2])
  expect(parseFound(formatAsk(ASK))).toMatchObject({ isReady: false, requests: 0 })
  expect(parseFound('')).toMatchObject({ isReady: false })
})
