import { expect, test } from '@jest/globals'
import { completeFlags } from '../../../../src/commands/flag-values.ts'
import { COMMON_FLAGS, type FlagValues } from '../../../../src/commands/flags.ts'
import { SIDECAR_FLAGS } from '../../../../src/commands/sidecar/flags.ts'
import { readProgram, readSidecarPolicy } from '../../../../src/commands/sidecar/policy.ts'

const policyOf = (given: FlagValues) =>
  readSidecarPolicy(completeFlags(given, [...COMMON_FLAGS, ...SIDECAR_FLAGS], {}))

test('what nobody asks for', () => {
  expect(policyOf({})).toMatchObject({
    intervalMs: 300_000,
    debounceMs: 2_000,
    splayMs: 0,
    steps: [],
    waits: false,
    staleMs: Number.POSITIVE_INFINITY,
    cleanup: false,
    lookMs: 35_000,
    runMs: 35_000,
  })
})

test('what is done after a change, in this order', () => {
  const policy = policyOf({ signal: 'hup', 'pid-file': 'nginx.pid', run: 'nginx -t', 'stale-after': 900 })
  expect(policy).toMatchObject({
    steps: ['run', 'signal'],
    target: { signal: 1, pidFile: 'nginx.pid' },
    staleMs: 900_000,
  })
})

test.each([
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:9464', { host: '::1', port: 9464 }],
  [':9464', { host: '::', port: 9464 }],
  ['unix:/run/secwrap.sock', { socket: '/run/secwrap.sock' }],
])('--listen %s', (listen, expected) => {
  expect(policyOf({ listen }).listen).toEqual(expected)
})

test.each<[string, FlagValues, string]>([
  ['no interval', { interval: 0 }, '--interval must be more than 0'],
  ['no time', { 'run-timeout': 0 }, '--run-timeout must be more than 0'],
  ['a signal for nobody', { signal: 'HUP' }, '--signal and --pid-file go together'],
  ['a process and no signal', { 'pid-file': 'x' }, '--signal and --pid-file go together'],
  ['no signal of this name', { signal: 'HUPP', 'pid-file': 'x' }, '--signal: HUPP is not a signal'],
  ['a port alone', { listen: '9464' }, '--listen takes HOST:PORT or unix:/PATH'],
  ['a port that none can be', { listen: '127.0.0.1:65536' }, '--listen takes HOST:PORT or unix:/PATH'],
  ['a URL', { listen: 'http://127.0.0.1:80' }, '--listen takes HOST:PORT or unix:/PATH'],
  ['a relative socket', { listen: 'unix:x' }, '--listen takes HOST:PORT or unix:/PATH'],
  ['an open quote', { run: `sh -c 'x` }, '--run has a quote that never ends'],
  ['what only a shell does', { run: 'a && b' }, '--run has && in it, and no shell reads it'],
  ['nothing to run', { run: ' ' }, '--run needs a program'],
])('%s is refused', (_, given, message) => {
  expect(() => policyOf(given)).toThrow(expect.objectContaining({ code: 'BAD_USAGE', message }))
})

test('a program and its arguments', () => {
  expect(readProgram(`nginx -s "reload now"`)).toEqual(['nginx', '-s', 'reload now'])
})
