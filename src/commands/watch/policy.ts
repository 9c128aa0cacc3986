import { SecwrapError } from '../../core/errors.ts'
import { RETRY } from '../../launch/backoff.ts'
import { signalNumber } from '../../launch/signals.ts'
import type { Policy } from '../../launch/supervisor/policy.ts'
import type { FlagValues } from '../flags.ts'
import { isReadOnce } from './read-once.ts'

/** What a resolver or poller may take beyond --timeout, in seconds: to start, and to end what it began. */
const ALLOWANCE = 5

/** @throws SecwrapError BAD_USAGE */
export function readPolicy(values: FlagValues): Policy {
  const ms = (name: string) => Number(values[name]) * 1_000
  if (ms('interval') === 0) throw new SecwrapError('BAD_USAGE', '--interval must be more than 0')
  for (const template of templatesIn(values)) if (isReadOnce(template)) throw notTwice(template, values)
  return {
    onChange: readReaction(String(values['on-change'])),
    intervalMs: ms('interval'),
    debounceMs: ms('debounce'),
    splayMs: ms('splay'),
    stopSignal: readSignal('--stop-signal', String(values['stop-signal'])),
    stopTimeoutMs: ms('stop-timeout'),
    restartOnExit: values['restart-on-exit'] === true,
    deadlineMs: ms('timeout') + ALLOWANCE * 1_000,
    retry: RETRY,
    random: Math.random,
  }
}

export function templatesIn({ template }: FlagValues): readonly string[] {
  return Array.isArray(template) ? template : []
}

/** Without --watch it is --mask that keeps a supervisor. */
function notTwice(template: string, { watch }: FlagValues): SecwrapError {
  const source = template === '-' ? 'standard input' : 'a pipe'
  const fact =
    watch === true
      ? `--watch reads the template again, which ${source} does not allow`
      : `with --mask a supervisor stays here, which reads no template from ${source}`
  return new SecwrapError('BAD_USAGE', fact, { hint: '--template FILE' })
}

const SIGNAL = 'signal:'

function readReaction(text: string): Policy['onChange'] {
  if (text === 'restart' || text === 'exit' || text === 'none') return text
  if (text.startsWith(SIGNAL)) return { signal: readSignal('--on-change', text.slice(SIGNAL.length)) }
  throw new SecwrapError('BAD_USAGE', '--on-change takes restart, signal:NAME, exit or none', {
    hint: '--on-change signal:HUP',
  })
}

function readSignal(flag: string, name: string): number {
  const signal = signalNumber(name)
  if (signal !== undefined) return signal
  throw new SecwrapError('BAD_USAGE', `${flag}: ${name} is not a signal`, { hint: 'kill -l' })
}
