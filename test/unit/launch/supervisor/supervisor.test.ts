import { expect, jest, test } from '@jest/globals'
import type { Action, WatchEvent } from '../../../../src/launch/supervisor/events.ts'
import type { Policy } from '../../../../src/launch/supervisor/policy.ts'
import { Supervisor } from '../../../../src/launch/supervisor/supervisor.ts'

const POLICY: Policy = {
  onChange: 'restart',
  intervalMs: 300_000,
  debounceMs: 2_000,
  splayMs: 0,
  stopSignal: 15,
  stopTimeoutMs: 10_000,
  restartOnExit: false,
  deadlineMs: 35_000,
  retry: { baseMs: 1_000, capMs: 60_000 },
  random: () => 0.5,
}
const [INT, USR1, TERM] = [2, 10, 15]
const OLD = new Map([['ssm:///db', '1']])
const NEW = new Map([['ssm:///db', '2']])
const NEWEST = new Map([['ssm:///db', '3']])

/** Actions as words: `kill command 15`, `poll in 300000`; the log by its level. */
function describe(action: Action): string {
  if (action.type === 'kill') return `kill ${action.whom} ${action.signal}`
  if (action.type === 'timer') return `${action.name} in ${action.ms}`
  if (action.type === 'cancel') return `cancel ${action.name}`
  if (action.type === 'log') return action.level
  if (action.type === 'end') return `end ${JSON.stringify(action.status)}`
  return action.type
}

const BEGIN: WatchEvent = { type: 'begin' }
const NONE = new Map<string, number>()
const ready = (marks = OLD): WatchEvent => ({ type: 'ready', marks, lives: [], leases: [] })
const polled = (marks = OLD): WatchEvent => ({ type: 'polled', marks, lives: [], renewed: NONE })
const timer = (name: 'poll' | 'change' | 'stop' | 'again'): WatchEvent => ({ type: 'timer', name })
const ended = (code = 0): WatchEvent => ({ type: 'ended', status: { code } })
const failed = (code = 69): WatchEvent => ({ type: 'failed', status: { code } })
const signal = (number: number, hasReached = false): WatchEvent => ({
  type: 'signal',
  signal: number,
  hasReached,
  isEnd: [INT, TERM].includes(number),
})
/** The terminal is gone, or somebody has sent it: the same signal. */
const hangUp = (isEnd: boolean): WatchEvent => ({ type: 'signal', signal: 1, hasReached: isEnd, isEnd })
const UNPOLLED: WatchEvent = { type: 'unpolled', problem: 'the store is away', renewed: NONE }

const RUNNING = [BEGIN, ready()]
const RESTARTING = [...RUNNING, polled(NEW), timer('change')]
const STOPPING = [...RESTARTING, ready(NEW)]

const CASES: readonly [string, WatchEvent[], Partial<Policy>, string[]][] = [
  // what happened, the last of it answered by these actions
  ['the first start', [BEGIN], {}, ['cancel again', 'resolve']],
  ['all is read', RUNNING, {}, ['cancel change', 'go', 'poll in 300000']],
  ['the first start fails', [BEGIN, failed(66)], {}, ['end {"code":66}']],
  ['the command ends', [...RUNNING, ended(7)], {}, ['end {"code":7}']],
  ['nothing new', [...RUNNING, polled()], {}, ['poll in 300000']],
  ['a change', [...RUNNING, polled(NEW)], {}, ['poll in 300000', 'info', 'change in 2000']],
  [
    'a change, with splay',
    [...RUNNING, polled(NEW)],
    { splayMs: 1_000 },
    ['poll in 300000', 'info', 'change in 2500'],
  ],
  [
    'a second change before the first is acted on',
    [...RUNNING, polled(NEW), polled(NEW)],
    {},
    ['poll in 300000'],
  ],
  ['the change is acted on: the old one stays', RESTARTING, {}, ['cancel again', 'resolve']],
  ['the new one is ready: the old one ends', STOPPING, {}, ['kill command 15', 'stop in 10000']],
  [
    'the old one has ended',
    [...STOPPING, ended()],
    {},
    ['cancel stop', 'cancel poll', 'cancel change', 'go', 'poll in 300000'],
  ],
  ['the old one does not end', [...STOPPING, timer('stop')], {}, ['warn', 'kill command 9']],
  ['the new one fails: the old one stays', [...RESTARTING, failed()], {}, ['warn', 'again in 1000']],
  ['and again', [...RESTARTING, failed(), timer('again'), failed()], {}, ['warn', 'again in 2000']],
  ['a look sees the same meanwhile', [...RESTARTING, failed(), polled(NEW)], {}, ['poll in 300000']],
  [
    'or something else',
    [...RESTARTING, failed(), polled(NEWEST)],
    {},
    ['poll in 300000', 'info', 'change in 2000'],
  ],
  [
    'the old one ends by itself meanwhile',
    [...RESTARTING, ended(3)],
    {},
    ['kill resolver 9', 'end {"code":3}'],
  ],
  [
    'the new one is killed while it waits: another is read',
    [...STOPPING, failed(), ended()],
    {},
    ['cancel stop', 'cancel poll', 'cancel again', 'resolve'],
  ],
  [
    'a change is a signal',
    [...RUNNING, polled(NEW), timer('change')],
    { onChange: { signal: 1 } },
    ['kill command 1'],
  ],
  [
    'and no news at the next poll',
    [...RUNNING, polled(NEW), timer('change'), polled(NEW)],
    { onChange: { signal: 1 } },
    ['poll in 300000'],
  ],
  ['a change is the end', RESTARTING, { onChange: 'exit' }, ['kill command 15', 'stop in 10000']],
  ['as the command ends', [...RESTARTING, ended(5)], { onChange: 'exit' }, ['end {"code":5}']],
  ['a change is nothing', [...RUNNING, polled(NEW)], { onChange: 'none' }, ['poll in 300000', 'info']],
  ['the store is away', [...RUNNING, UNPOLLED], {}, ['poll in 5000', 'warn']],
  ['it is said once', [...RUNNING, UNPOLLED, UNPOLLED], {}, ['poll in 10000']],
  ['it is back', [...RUNNING, UNPOLLED, polled()], {}, ['poll in 300000', 'warn']],
  ['a signal goes to the command', [...RUNNING, signal(USR1)], {}, ['kill command 10']],
  ['the terminal has sent it', [...RUNNING, signal(INT, true)], {}, []],
  ['SIGTERM during a restart', [...RESTARTING, signal(TERM)], {}, ['kill command 15', 'kill resolver 9']],
  ['and then the end', [...RESTARTING, signal(TERM), failed(), ended()], {}, ['end {"code":0}']],
  ['no restart after SIGTERM', [...RUNNING, signal(TERM), polled(NEW)], {}, ['poll in 300000']],
  ['SIGTERM before there is a command', [BEGIN, signal(TERM)], {}, ['kill resolver 15']],
  ['SIGUSR1 before there is a command', [BEGIN, signal(USR1)], {}, []],
  [
    'the command ends and starts again',
    [...RUNNING, ended(1)],
    { restartOnExit: true },
    ['cancel stop', 'cancel poll', 'warn', 'again in 1000'],
  ],
  [
    'SIGTERM while it waits for that',
    [...RUNNING, ended(1), signal(TERM)],
    { restartOnExit: true },
    ['end {"signal":15}'],
  ],
  ['its terminal is gone', [...RUNNING, hangUp(true), ended(1)], { restartOnExit: true }, ['end {"code":1}']],
  [
    'somebody sends it SIGHUP',
    [...RUNNING, hangUp(false), ended(1)],
    { restartOnExit: true },
    ['cancel stop', 'cancel poll', 'warn', 'again in 1000'],
  ],
  [
    'SIGTERM ends it all the same',
    [...RUNNING, signal(TERM), ended(1)],
    { restartOnExit: true },
    ['end {"code":1}'],
  ],
  [
    'the store is away then',
    [...RUNNING, ended(1), timer('again'), failed()],
    { restartOnExit: true },
    ['warn', 'again in 1000'],
  ],
]

test.each(CASES)('%s', (_, events, policy, expected) => {
  const supervisor = new Supervisor({ ...POLICY, ...policy }, () => 0)
  const answers = events.map(event => supervisor.on(event).map(describe))
  expect(answers.at(-1)).toEqual(expected)
})

test('a crash loop slows down, and a command that ran for a minute starts from the beginning', () => {
  let now = 0
  const supervisor = new Supervisor({ ...POLICY, restartOnExit: true }, () => now)
  const delays = [0, 0, 0, 0, 0, 0, 0, 0, 60_000].map(ranMs => {
    for (const event of [timer('again'), ready()]) supervisor.on(event)
    now += ranMs
    return supervisor.on(ended(1)).map(describe).at(-1)
  })
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 1].map(seconds => `again in ${seconds}000`))
})

const LEASE = { name: 'vault://database/creds/app', id: 'x', seconds: 60, renewable: true }
type Step = readonly [second: number, event: WatchEvent, expected: readonly string[]]
const renewed = (seconds: number): WatchEvent => ({
  type: 'polled',
  marks: OLD,
  lives: [],
  renewed: new Map([['x', seconds]]),
})
const leased: WatchEvent = { type: 'ready', marks: OLD, lives: [], leases: [LEASE] }

const LIVES: readonly [string, Partial<Policy>, readonly Step[]][] = [
  [
    'renewed at two thirds of its life, until its longest life ends, and then read anew',
    {},
    [
      [0, leased, ['cancel change', 'go', 'poll in 40000']],
      [40, timer('poll'), ['poll']],
      [41, renewed(60), ['poll in 40000']],
      [81, timer('poll'), ['poll']],
      [81, renewed(60), ['poll in 40000']],
      [120, timer('poll'), ['poll']],
      [121, polled(), ['poll in 500']],
      [121, timer('poll'), ['poll']],
      [122, renewed(15), ['poll in 500', 'info', 'change in 0']],
      [122, timer('change'), ['cancel again', 'resolve']],
    ],
  ],
  [
    'not renewed in time: read anew',
    {},
    [
      [0, leased, ['cancel change', 'go', 'poll in 40000']],
      [40, timer('poll'), ['poll']],
      [40, polled(), ['poll in 500', 'info', 'change in 0']],
    ],
  ],
  [
    'the store is away at its time: the pauses grow all the same',
    {},
    [
      [0, leased, ['cancel change', 'go', 'poll in 40000']],
      [40, UNPOLLED, ['poll in 5000', 'warn']],
      [45, UNPOLLED, ['poll in 10000']],
      [55, renewed(60), ['poll in 40000', 'warn']],
    ],
  ],
  [
    'a lease that ends is a change as others: with none it is told, once',
    { onChange: 'none' },
    [
      [0, leased, ['cancel change', 'go', 'poll in 40000']],
      [40, timer('poll'), ['poll']],
      [40, polled(), ['poll in 500', 'info']],
      [41, polled(), ['poll in 300000']],
    ],
  ],
]

test.each(LIVES)('a lease: %s', (_, policy, steps) => {
  let now = 0
  const supervisor = new Supervisor({ ...POLICY, ...policy }, () => now)
  supervisor.on(BEGIN)
  for (const [second, event, expected] of steps) {
    now = second * 1_000
    expect(supervisor.on(event).map(describe)).toEqual(expected)
  }
})

test('a lease whose end is accepted is still no reference for a look to read', () => {
  let now = 0
  const supervisor = new Supervisor({ ...POLICY, onChange: 'none' }, () => now)
  const events = [BEGIN, leased, timer('poll'), polled(), timer('poll')]
  const actions = events.map((event, index) => {
    now = index * 40_000
    return supervisor.on(event)
  })
  const name = 'vault://database/creds/app'
  expect(actions.at(-1)).toEqual([
    { type: 'poll', leases: [expect.objectContaining({ name, renewable: false })] },
  ])
})

test('a certificate is looked at again in a third of what is left of its life', () => {
  let now = 0
  const supervisor = new Supervisor(POLICY, () => now)
  supervisor.on(BEGIN)
  const certificate = { marks: OLD, lives: [90, 86_400] }
  const start = supervisor.on({ type: 'ready', leases: [], ...certificate })
  expect(start.map(describe)).toEqual(['cancel change', 'go', 'poll in 30000'])
  now = 60_000
  const found = { marks: OLD, lives: [30, 86_340] }
  expect(supervisor.on({ type: 'polled', renewed: NONE, ...found }).map(describe)).toEqual(['poll in 10000'])
  expect(supervisor.on(polled()).map(describe)).toEqual(['poll in 300000'])
})

const TOKEN = { name: 'VAULT_TOKEN', id: 'x', seconds: 60, renewable: true }

test.each([
  ['warn', ['poll in 300000', 'warn'], ['poll in 300000']],
  ['nothing', ['poll in 300000'], ['poll in 300000']],
] as const)('a token that ends for good, at its end: %s', (atEnd, first, second) => {
  let now = 0
  const supervisor = new Supervisor(POLICY, () => now)
  supervisor.on(BEGIN)
  supervisor.on({ type: 'ready', marks: OLD, lives: [], leases: [{ ...TOKEN, atEnd }] })
  now = 40_000
  supervisor.on(timer('poll'))
  expect(supervisor.on(renewed(20)).map(describe)).toEqual(first)
  supervisor.on(timer('poll')) // it is asked for again all the same
  expect(supervisor.on(renewed(20)).map(describe)).toEqual(second)
  supervisor.on(timer('poll'))
  expect(supervisor.on(renewed(60)).map(describe)).toEqual(['poll in 40000'])
})

test('a poller is told which leases to renew now, and which to leave alone', () => {
  let now = 0
  const supervisor = new Supervisor(POLICY, () => now)
  for (const event of [BEGIN, leased]) supervisor.on(event)
  const told = [1_000, 40_000].map(ms => {
    now = ms
    return supervisor.on(timer('poll'))
  })
  const leases = [false, true].map(renewable => [expect.objectContaining({ ...LEASE, renewable })])
  expect(told).toEqual(leases.map(each => [{ type: 'poll', leases: each }]))
})

test('a jump of the wall clock moves nothing: what is due is counted by a clock that only goes on', () => {
  jest.useFakeTimers({ now: 0, doNotFake: ['performance'] })
  try {
    const supervisor = new Supervisor(POLICY)
    supervisor.on(BEGIN)
    supervisor.on(leased)
    jest.setSystemTime(10 * 365 * 86_400_000)
    expect(Date.now()).toBeGreaterThan(300_000_000_000)
    const [look] = supervisor.on(polled())
    expect(look).toMatchObject({ type: 'timer', name: 'poll' })
    expect(look?.type === 'timer' && look.ms).toBeGreaterThan(39_000)
  } finally {
    jest.useRealTimers()
  }
})
