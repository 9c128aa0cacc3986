import { expect, test } from '@jest/globals'
import type { SidecarAction, SidecarEvent } from '../../../../src/launch/sidecar/events.ts'
import type { SidecarPolicy } from '../../../../src/launch/sidecar/policy.ts'
import type { FileFound, Found } from '../../../../src/launch/sidecar/report.ts'
import { Sidecar } from '../../../../src/launch/sidecar/sidecar.ts'
import { Standing } from '../../../../src/launch/sidecar/standing.ts'

const POLICY: SidecarPolicy = {
  intervalMs: 300_000,
  debounceMs: 2_000,
  splayMs: 0,
  steps: ['run', 'signal'],
  waits: false,
  staleMs: Number.POSITIVE_INFINITY,
  cleanup: false,
  lookMs: 35_000,
  runMs: 35_000,
  retry: { baseMs: 1_000, capMs: 60_000 },
  random: () => 0.5,
}

/** Actions as words: `look in 300000`, `kill look 15`; the log by its level. */
function describe(action: SidecarAction): string {
  if (action.type === 'act') return action.step
  if (action.type === 'kill') return `kill ${action.whom} ${action.signal}`
  if (action.type === 'timer') return `${action.name} in ${action.ms}`
  if (action.type === 'cancel') return `cancel ${action.name}`
  if (action.type === 'log') return action.level
  if (action.type === 'end') return `end ${JSON.stringify(action.status)}`
  return action.type
}

const NOTHING: Found = {
  marks: new Map(),
  since: new Map(),
  lives: new Map(),
  schemes: [],
  leases: [],
  tokens: [],
  held: new Map(),
  files: [],
  requests: 1,
  problem: undefined,
  isReady: true,
}
const OK = { code: 0 } as const
const BEGIN: SidecarEvent = { type: 'begin' }
const LEAVE: SidecarEvent = { type: 'leave' }
const HUP: SidecarEvent = { type: 'look' }
const looked = (change: FileFound['change'], more: Partial<Found> = {}): SidecarEvent => ({
  type: 'looked',
  found: { ...NOTHING, files: [{ path: '/run/app.conf', mark: '1', change }], ...more },
  status: OK,
})
const failed = (code = 69): SidecarEvent => ({
  type: 'looked',
  found: { ...NOTHING, isReady: false, problem: 'vault is away' },
  status: { code },
})
const timer = (name: 'look' | 'act' | 'grace'): SidecarEvent => ({ type: 'timer', name })
const acted = (step: 'run' | 'signal', problem?: string): SidecarEvent => ({ type: 'acted', step, problem })
const lease = (seconds: number, renewable = true) => ({
  leases: [{ name: 'vault://db', id: 'db/1', seconds, renewable }],
})

const CURRENT = [BEGIN, looked('new')]
const CHANGED = [...CURRENT, timer('look'), looked('changed')]
const RUNNING = [...CHANGED, timer('act')]

const CASES: readonly [string, SidecarEvent[], Partial<SidecarPolicy>, string[]][] = [
  // what happened, the last of it answered by these actions
  ['the first look', [BEGIN], {}, ['cancel look', 'look']],
  ['all files are made: nobody reads them yet', CURRENT, {}, ['info', 'look in 300000']],
  ['they are there, and right', [BEGIN, looked('same')], {}, ['look in 300000']],
  [
    'they are there, from an earlier run, and old',
    [BEGIN, looked('changed')],
    {},
    ['info', 'look in 300000', 'act in 2000'],
  ],
  ['a change', CHANGED, {}, ['info', 'look in 300000', 'act in 2000']],
  ['a change, with splay', CHANGED, { splayMs: 1_000 }, ['info', 'look in 300000', 'act in 2500']],
  ['a change, and nothing to do', CHANGED, { steps: [] }, ['info', 'look in 300000']],
  [
    'a file that somebody has removed',
    [...CURRENT, timer('look'), looked('new')],
    {},
    ['info', 'look in 300000', 'act in 2000'],
  ],
  [
    'a second change before the first is acted on',
    [...CHANGED, timer('look'), looked('changed')],
    {},
    ['info', 'look in 300000'],
  ],
  ['the change is acted on', RUNNING, {}, ['run']],
  ['the program has run', [...RUNNING, acted('run')], {}, ['signal']],
  ['the signal is sent', [...RUNNING, acted('run'), acted('signal')], {}, []],
  ['only a signal', RUNNING, { steps: ['signal'] }, ['signal']],
  ['the program fails', [...RUNNING, acted('run', 'failed')], {}, ['warn', 'act in 1000']],
  [
    'and again',
    [...RUNNING, acted('run', 'failed'), timer('act'), acted('run', 'failed')],
    {},
    ['warn', 'act in 2000'],
  ],
  [
    'the signal fails: all from the start',
    [...RUNNING, acted('run'), acted('signal', 'x'), timer('act')],
    {},
    ['run'],
  ],
  [
    'a change while the failed one waits: its time is the usual',
    [...RUNNING, acted('run', 'x'), timer('look'), looked('changed')],
    {},
    ['info', 'look in 300000', 'act in 2000'],
  ],
  [
    'a change while the program runs: once more',
    [...RUNNING, timer('look'), looked('changed'), acted('run'), acted('signal')],
    {},
    ['act in 2000'],
  ],
  ['the store is away at the start', [BEGIN, failed()], {}, ['end {"code":69}']],
  ['the same, with --wait', [BEGIN, failed()], { waits: true }, ['look in 5000', 'warn']],
  ['twice', [BEGIN, failed(), timer('look'), failed()], { waits: true }, ['look in 10000']],
  [
    'and then not',
    [BEGIN, failed(), timer('look'), looked('new')],
    { waits: true },
    ['warn', 'info', 'look in 300000'],
  ],
  [
    'a template that does not parse is not waited for',
    [BEGIN, failed(65)],
    { waits: true },
    ['end {"code":65}'],
  ],
  ['a missing setting is not waited for', [BEGIN, failed(78)], { waits: true }, ['end {"code":78}']],
  ['a refusal is', [BEGIN, failed(77)], { waits: true }, ['look in 5000', 'warn']],
  [
    'the first look is killed',
    [BEGIN, { type: 'looked', found: { ...NOTHING, isReady: false }, status: { signal: 9 } }],
    {},
    ['end {"signal":9}'],
  ],
  ['the store is away later', [...CURRENT, timer('look'), failed()], {}, ['look in 5000', 'warn']],
  ['and still', [...CURRENT, timer('look'), failed(), timer('look'), failed()], {}, ['look in 10000']],
  [
    'with a short interval',
    [...CURRENT, timer('look'), failed()],
    { intervalMs: 200 },
    ['look in 200', 'warn'],
  ],
  ['a mistake in a template later', [...CURRENT, timer('look'), failed(65)], {}, ['look in 5000', 'warn']],
  [
    'it is back',
    [...CURRENT, timer('look'), failed(), timer('look'), looked('same')],
    {},
    ['warn', 'look in 300000'],
  ],
  ['look now', [...CURRENT, HUP], {}, ['cancel look', 'look']],
  ['look now, while one looks', [BEGIN, HUP], {}, []],
  ['after that one', [BEGIN, HUP, looked('same')], {}, ['look in 300000', 'cancel look', 'look']],
  ['the one after the first fails', [BEGIN, HUP, failed()], {}, ['end {"code":69}']],
  ['a lease', [BEGIN, looked('new', lease(90))], {}, ['info', 'look in 60000']],
  [
    'a certificate that a store keeps',
    [BEGIN, looked('new', { lives: new Map([['vault://tls', 90]]) })],
    {},
    ['info', 'look in 30000'],
  ],
  ['a short lease', [BEGIN, looked('new', lease(0.1))], {}, ['info', 'look in 500']],
  ['end', [...CURRENT, LEAVE], {}, ['cancel look', 'cancel act', 'close', 'end {"code":0}']],
  [
    'end, with --cleanup: nobody is told, then the files go',
    [...CURRENT, LEAVE],
    { cleanup: true },
    ['cancel look', 'cancel act', 'close', 'cleanup', 'end {"code":0}'],
  ],
  [
    'end while a look is under way',
    [BEGIN, LEAVE],
    {},
    ['cancel look', 'cancel act', 'kill look 15', 'grace in 5000'],
  ],
  [
    'that look has written all',
    [...CURRENT, timer('look'), LEAVE, looked('changed')],
    {},
    ['close', 'end {"code":0}'],
  ],
  ['that look has given up', [BEGIN, LEAVE, failed(143)], {}, ['close', 'end {"code":0}']],
  ['that look hangs', [BEGIN, LEAVE, timer('grace')], {}, ['kill look 9', 'grace in 5000']],
  ['a second signal', [BEGIN, LEAVE, LEAVE], {}, ['kill look 9', 'grace in 5000']],
  ['end while the program runs', [...RUNNING, LEAVE], {}, ['cancel look', 'cancel act', 'grace in 5000']],
  ['the program has its time', [...RUNNING, LEAVE, acted('run')], {}, ['close', 'end {"code":0}']],
  ['and no more', [...RUNNING, LEAVE, timer('grace')], {}, ['kill run 15', 'grace in 5000']],
  [
    'and then is killed',
    [...RUNNING, LEAVE, timer('grace'), timer('grace')],
    {},
    ['kill run 9', 'grace in 5000'],
  ],
  ['both are waited for', [...RUNNING, HUP, LEAVE, looked('same')], {}, []],
  ['no look after the end', [...RUNNING, LEAVE, HUP], {}, []],
]

test.each(CASES)('%s', (_, events, policy, actions) => {
  expect(play(events, policy).map(describe)).toEqual(actions)
})

/** @returns what the last of the events is answered by. */
function play(
  events: readonly SidecarEvent[],
  policy: Partial<SidecarPolicy> = {},
  now: () => number = () => 0,
): readonly SidecarAction[] {
  const sidecar = new Sidecar({ ...POLICY, ...policy }, new Standing(Number.POSITIVE_INFINITY), now)
  return events.map(event => sidecar.on(event)).at(-1) ?? []
}

function asked(actions: readonly SidecarAction[]) {
  const look = actions.find(action => action.type === 'look')
  return look?.ask
}

test('only the first try tells the user what is wrong', () => {
  const waiting = [BEGIN, failed(), timer('look')]
  expect([asked(play([BEGIN]))?.isFirst, asked(play(waiting, { waits: true }))?.isFirst]).toEqual([
    true,
    false,
  ])
})

test('a look is asked with what the last one found', () => {
  const marks = new Map([['vault://a', '1']])
  const ask = asked(play([BEGIN, looked('new', { marks, schemes: ['vault'] }), timer('look')]))
  expect([ask?.marks, ask?.files, ask?.schemes]).toEqual([
    marks,
    new Map([['/run/app.conf', '1']]),
    ['vault'],
  ])
})

const LEASES: readonly [string, number, boolean, { renewable: boolean } | undefined][] = [
  // age in seconds of a lease of 90, whether it can be renewed, what the look is told of it
  ['fresh', 10, true, { renewable: false }],
  ['due', 61, true, { renewable: true }],
  ['fresh, and not renewable', 10, false, { renewable: false }],
  ['due, and not renewable: read anew', 61, false, undefined],
]

test.each(LEASES)('a lease that is %s', (_, age, renewable, expected) => {
  let now = 0
  const sidecar = new Sidecar(POLICY, new Standing(Number.POSITIVE_INFINITY), () => now)
  sidecar.on(BEGIN)
  sidecar.on(looked('new', lease(90, renewable)))
  now = age * 1_000
  const [told] = asked(sidecar.on(timer('look')))?.leases ?? []
  expect(told && { renewable: told.renewable }).toEqual(expected)
})

test('a lease that was renewed is due later; one that is held no more is forgotten', () => {
  let now = 0
  const sidecar = new Sidecar(POLICY, new Standing(Number.POSITIVE_INFINITY), () => now)
  sidecar.on(BEGIN)
  sidecar.on(looked('new', lease(90)))
  now = 60_000
  sidecar.on(timer('look'))
  const renewed = sidecar.on(looked('same', { held: new Map([['vault://db', 90]]) }))
  expect(renewed.map(describe)).toEqual(['look in 60000'])
  sidecar.on(timer('look'))
  expect(sidecar.on(looked('same')).map(describe)).toEqual(['look in 300000'])
})
