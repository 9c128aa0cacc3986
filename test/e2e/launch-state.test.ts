/** The command finds what a direct start would give it: each caller's state, directly and through secwrap. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { type CallerState, probe } from '../helpers/state.ts'

const [HUP, QUIT, USR1, SEGV, PIPE, TERM, CHLD, XFSZ, PWR, SYS] = [1, 3, 10, 11, 13, 15, 17, 25, 30, 31]

const CALLERS: readonly [string, CallerState][] = [
  ['nothing special', {}],
  ['SIGPIPE ignored', { ignored: [PIPE] }],
  ['SIGXFSZ ignored', { ignored: [XFSZ] }],
  ['SIGHUP ignored, as by nohup', { ignored: [HUP] }],
  ['SIGPWR ignored', { ignored: [PWR] }],
  ['SIGCHLD ignored', { ignored: [CHLD] }],
  ['signals of the runtime ignored', { ignored: [QUIT, SEGV, SYS] }],
  ['real-time signals ignored', { ignored: [34, 40, 64] }],
  ['SIGUSR1 blocked', { blocked: [USR1] }],
  ['SIGTERM and SIGCHLD blocked', { blocked: [TERM, CHLD] }],
  ['SIGPWR blocked', { blocked: [PWR] }],
  ['real-time signals blocked', { blocked: [34, 40, 64] }],
  ['blocked and ignored', { blocked: [HUP, USR1], ignored: [HUP, PIPE] }],
  ['a soft limit of open files', { limits: { NOFILE: [256, 4096] } }],
  ['a hard limit of open files', { limits: { NOFILE: [1024, 1024] } }],
  ['no core files', { limits: { CORE: [0, -1] } }],
  ['other limits', { limits: { STACK: [1 << 24, 1 << 26], FSIZE: [1 << 30, 1 << 31], MEMLOCK: [0, 65536] } }],
  ['files as descriptors', { descriptors: { 3: '/etc/passwd', 4: '/dev/null', 9: '/etc/passwd' } }],
  ['a socket to listen on', { descriptors: { 3: 'socket' } }],
  ['descriptors of a shell', { descriptors: { 10: '/dev/null', 63: 'pipe', 255: 'pipe', 511: '/dev/null' } }],
  ['an input that does not block', { descriptors: { 0: 'nonblocking' } }],
  ['no input', { descriptors: { 0: 'closed' } }],
  ['neither input nor standard error', { descriptors: { 0: 'closed', 2: 'closed' } }],
  ['a umask', { umask: 0o027 }],
  ['niceness', { nice: 7 }],
  ['an OOM score', { oomScore: 500 }],
  ['a personality', { personality: 0x0040000 }],
  ['one processor', { affinity: [0] }],
  ['no new privileges', { noNewPrivileges: true }],
  ['no huge pages', { noHugePages: true }],
  ['timer slack', { timerSlack: 123456 }],
  ['a session of its own', { session: true }],
]

describe.each(ARTIFACTS)('$name', ({ argv }) => {
  test.each(CALLERS)('%s', async (_, caller) => {
    expect(await probe(caller, [...argv, 'exec', '--'])).toEqual(await probe(caller, []))
  })
})

describe('the comparison', () => {
  test('finds a launcher that restores nothing', async () => {
    const caller = {
      ignored: [HUP],
      limits: { NOFILE: [256, 4096] as const },
      descriptors: { 9: '/dev/null' },
    }
    const direct = await probe(caller, [])
    const plain = await probe(caller, ['node', `${import.meta.dirname}/../fixtures/plain-runner.mjs`])
    const differences = Object.keys(direct).filter(name => String(direct[name]) !== String(plain[name]))
    expect(differences).toEqual(['status', 'limits', 'fd/9', 'flags of fd/9'])
  })

  test('sees what the caller changed', async () => {
    const [plain, changed] = await Promise.all([probe({}, []), probe({ ignored: [PIPE], umask: 7 }, [])])
    expect(changed).not.toEqual(plain)
  })
})
