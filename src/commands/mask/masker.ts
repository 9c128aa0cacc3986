/** The processes beside the command: one that starts the other, and the one that masks. */
import { isatty } from 'node:tty'
import { openFiles, readOpen } from '../../core/files.ts'
import { type Libc, systemCalls } from '../../core/libc.ts'
import { log, writeAll } from '../../core/log.ts'
import { protectProcess } from '../../launch/exec.ts'
import { listForms, type MaskValue } from '../../mask/forms.ts'
import { Matcher } from '../../mask/matcher.ts'
import { Mirror } from '../../mask/mirror.ts'
import { relay } from '../../mask/relay.ts'
import { formatStage, type MaskStage } from './stage.ts'
import { openPipe, startSelf } from './start.ts'

export function runStage(libc: Libc, stage: MaskStage, variables: readonly string[]): never {
  // The first process has ended already. To go on as if this were the first one would start another, and so on for ever.
  if (stage.name === 'starter' && stage.process !== process.ppid) process.exit(1)
  return stage.name === 'starter' ? startMasker(libc, stage, variables) : mask(libc, stage)
}

/** The masker gets no child of ours as its parent: whatever adopts orphans here takes it. */
function startMasker(libc: Libc, stage: MaskStage, variables: readonly string[]): never {
  const { values, routes } = stage
  const ready = openPipe(libc)
  const sources = routes.map(({ from }) => from)
  const next = formatStage({ ...stage, name: 'masker', ready: ready.into })
  const pid = startSelf(libc, [next, ...variables], [1, 2, values, ready.into, ...sources])
  for (const given of [values, ready.into, ...sources]) libc.call(systemCalls().close, given)
  if (pid < 0) process.exit(1)
  // At a terminal a short command's output would else come after the shell's next prompt.
  if (routes.some(({ to }) => isatty(to))) process.exit(readOpen(ready.out, 1).length === 1 ? 0 : 1)
  process.exit(0)
}

function mask(libc: Libc, { values, ready = -1, routes }: MaskStage): never {
  protectProcess()
  const mirror = new Mirror(libc, routes, libc.call(systemCalls().getpgid, 0))
  leaveTheJob(libc, mirror.isNeeded)
  const secrets = readValues(values)
  // Nobody has become a command: no value, no output.
  if (secrets === undefined) process.exit(0)
  const matcher = new Matcher(listForms(secrets))
  writeAll(ready, READY)
  libc.call(systemCalls().close, ready)
  const failures = relay(libc, routes, matcher, mirror)
  for (const code of failures) log('warn', `the masked output can't be written (${code})`)
  process.exit(0)
}

const READY = '.'
const PR_SET_NAME = 15
export const MASKER_NAME = 'secwrap-masker' // 15 characters at most
/** HUP, INT, QUIT, USR1, USR2, ALRM, TERM, TSTP, TTIN, TTOU */
const MEANT_FOR_THE_COMMAND = [1, 2, 3, 10, 12, 14, 15, 20, 21, 22]
const SIG_IGN = 1n
const MASK_BYTES = 8

/**
 * What ends or stops the command, by a key or for a whole group, must not take its last words.
 *
 * @param hasTerminal - it stays in the session, as the kernel tells nobody else who is in the foreground.
 */
function leaveTheJob(libc: Libc, hasTerminal: boolean): void {
  const { prctl, setpgid, setsid, rt_sigaction } = systemCalls()
  libc.call(prctl, PR_SET_NAME, libc.addressOf(new TextEncoder().encode(`${MASKER_NAME}\0`)))
  libc.call(hasTerminal ? setpgid : setsid, 0, 0)
  process.chdir('/')
  const action = libc.addressOf(new BigUint64Array([SIG_IGN, 0n, 0n, 0n]))
  for (const signal of MEANT_FOR_THE_COMMAND) libc.call(rt_sigaction, signal, action, 0, MASK_BYTES)
}

/** Waits for them: they come when all is read. Undefined where they never do. */
function readValues(descriptor: number): readonly MaskValue[] | undefined {
  const text = new TextDecoder().decode(readOpen(descriptor, Number.POSITIVE_INFINITY))
  openFiles().close(descriptor)
  return text === '' ? undefined : JSON.parse(text)
}
