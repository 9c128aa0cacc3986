import { expect, test } from '@jest/globals'
import { createMetrics, labelOf } from '../../../../src/launch/sidecar/metrics.ts'
import type { Found } from '../../../../src/launch/sidecar/report.ts'
import { Standing } from '../../../../src/launch/sidecar/standing.ts'

const NAME = 'vault://secret/app#password'
const START = Date.UTC(2026, 10, 24)

function found(mark: string, more: Partial<Found> = {}): Found {
  return {
    marks: new Map([[NAME, mark]]),
    since: new Map(),
    lives: new Map(),
    schemes: ['vault'],
    leases: [],
    tokens: [],
    held: new Map(),
    files: [{ path: '/run/app.conf', mark: '1', change: 'changed' }],
    requests: 2,
    problem: undefined,
    isReady: true,
    ...more,
  }
}

function createStanding(staleMs = Number.POSITIVE_INFINITY) {
  const clock = { now: START, jumped: 0 }
  const wall = () => clock.now + clock.jumped
  return { clock, standing: new Standing(staleMs, wall, () => clock.now - START) }
}

test('ready from the first success on, and not while leaving', () => {
  const { standing } = createStanding()
  const before = standing.isReady()
  standing.succeed(found('1'), new Map())
  const after = standing.isReady()
  standing.isLeaving = true
  expect([before, after, standing.isReady()]).toEqual([false, true, false])
})

test.each([
  // staleMs, milliseconds since the last success
  [Number.POSITIVE_INFINITY, 1e12, true],
  [60_000, 60_000, true],
  [60_000, 60_001, false],
])('with --stale-after of %d ms, %d ms after the last success: %s', (staleMs, age, isReady) => {
  const { clock, standing } = createStanding(staleMs)
  standing.succeed(found('1'), new Map())
  clock.now += age
  expect(standing.isReady()).toBe(isReady)
})

test('not ready once something in the files has ended', () => {
  const { clock, standing } = createStanding()
  standing.succeed(found('1'), new Map())
  standing.hold(new Map([['vault://db', 61_000]]), 1_000)
  clock.now += 59_999
  const before = standing.isReady()
  clock.now += 1
  expect([before, standing.isReady()]).toEqual([true, false])
})

test.each([3_600_000, -3_600_000])('a clock that is set, by %d ms, changes nothing', jumped => {
  const { clock, standing } = createStanding(60_000)
  standing.succeed(found('1'), new Map())
  standing.hold(new Map([['vault://db', 61_000]]), 1_000)
  clock.jumped = jumped
  const before = standing.isReady()
  clock.now += 60_001
  expect([before, standing.isReady()]).toEqual([true, false])
})

test('the age of a secret: since it was seen, or what the store tells; of a lease, since it was read', () => {
  const { clock, standing } = createStanding()
  const age = (name = NAME) => clock.now - (standing.secrets.get(name) ?? Number.NaN)
  standing.succeed(found('1'), new Map())
  clock.now += 5_000
  standing.succeed(found('1'), new Map([[NAME, '1']]))
  expect(age()).toBe(5_000)
  standing.succeed(found('2'), new Map([[NAME, '1']]))
  expect(age()).toBe(0)
  standing.succeed(found('3', { since: new Map([[NAME, clock.now - 7_000]]) }), new Map([[NAME, '2']]))
  expect(age()).toBe(7_000)
  const lease = { name: 'vault://db', seconds: 60, renewable: true }
  standing.succeed(found('3', { leases: [lease] }), new Map([[NAME, '3']]))
  clock.now += 1_000
  standing.succeed(found('3', { held: new Map([['vault://db', undefined]]) }), new Map([[NAME, '3']]))
  expect(age('vault://db')).toBe(1_000)
  standing.succeed(found('3', { marks: new Map() }), new Map())
  expect([...standing.secrets]).toEqual([])
})

test('what a scrape gets', async () => {
  const { clock, standing } = createStanding()
  standing.succeed(found('1'), new Map())
  standing.hold(new Map([['vault://pki/issue/web?common_name=a.local', 60_000]]), 0)
  standing.looks.failed = 3
  standing.requests = 8
  standing.acts.run.failed = 1
  clock.now += 1_500
  const { status, type, text } = await createMetrics(standing)()
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text.split('\n').filter(line => line !== '' && !line.startsWith('#'))).toEqual([
    `secwrap_secret_age_seconds{secret="${NAME}"} 1.5`,
    `secwrap_secret_expiry_timestamp_seconds{secret="vault://pki/issue/web?common_name"} ${START / 1_000 + 60}`,
    `secwrap_last_success_timestamp_seconds ${START / 1_000}`,
    'secwrap_ready 1',
    'secwrap_looks_total{result="succeeded"} 1',
    'secwrap_looks_total{result="failed"} 3',
    'secwrap_file_updates_total 1',
    'secwrap_store_requests_total 8',
    'secwrap_actions_total{action="run",result="succeeded"} 0',
    'secwrap_actions_total{action="run",result="failed"} 1',
    'secwrap_actions_total{action="signal",result="succeeded"} 0',
    'secwrap_actions_total{action="signal",result="failed"} 0',
  ])
})

test('a second scrape counts nothing twice', async () => {
  const { standing } = createStanding()
  standing.succeed(found('1'), new Map())
  const scrape = createMetrics(standing)
  expect((await scrape()).text).toBe((await scrape()).text)
})

test.each([
  ['ssm:///db/password', 'ssm:///db/password'],
  ['ssm:///db?region=eu-west-1&version=3#user', 'ssm:///db?region&version#user'],
  ['vault://pki/issue/web?common_name=a.local&ttl=24h', 'vault://pki/issue/web?common_name&ttl'],
  ['ssm:///prod/?region=eu-west-1 DB_HOST', 'ssm:///prod/?region DB_HOST'],
])('%s is shown as %s', (name, label) => {
  expect(labelOf(name)).toBe(label)
})
