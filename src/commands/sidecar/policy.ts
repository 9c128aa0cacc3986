import { SecwrapError } from '../../core/errors.ts'
import { findShellSyntax, splitWords } from '../../core/words.ts'
import { RETRY } from '../../launch/backoff.ts'
import type { Listen, SidecarPolicy, SignalTarget } from '../../launch/sidecar/policy.ts'
import { signalNumber } from '../../launch/signals.ts'
import type { FlagValues } from '../flags.ts'

/** What a look or a program may take beyond its own deadline, in seconds: to start, and to end what it began. */
const ALLOWANCE = 5

/** @throws SecwrapError BAD_USAGE */
export function readSidecarPolicy(values: FlagValues): SidecarPolicy {
  const ms = (name: string) => Number(values[name]) * 1_000
  if (ms('interval') === 0) throw new SecwrapError('BAD_USAGE', '--interval must be more than 0')
  if (ms('run-timeout') === 0) throw new SecwrapError('BAD_USAGE', '--run-timeout must be more than 0')
  const { run, listen } = values
  const target = readTarget(values)
  if (run !== undefined) readProgram(String(run))
  return {
    intervalMs: ms('interval'),
    debounceMs: ms('debounce'),
    splayMs: ms('splay'),
    steps: [...(run === undefined ? [] : ['run' as const]), ...(target ? ['signal' as const] : [])],
    ...(target && { target }),
    ...(listen !== undefined && { listen: readListen(String(listen)) }),
    waits: values.wait === true,
    staleMs: ms('stale-after') || Number.POSITIVE_INFINITY,
    cleanup: values.cleanup === true,
    lookMs: ms('timeout') + ALLOWANCE * 1_000,
    runMs: ms('run-timeout') + ALLOWANCE * 1_000,
    retry: RETRY,
    random: Math.random,
  }
}

/** @returns the program and its arguments. @throws SecwrapError BAD_USAGE */
export function readProgram(command: string): readonly [file: string, ...args: string[]] {
  const words = splitWords(command)
  if (!words) throw new SecwrapError('BAD_USAGE', '--run has a quote that never ends')
  const syntax = findShellSyntax(command)
  if (syntax !== undefined) {
    throw new SecwrapError('BAD_USAGE', `--run has ${syntax} in it, and no shell reads it`, {
      hint: `--run "sh -c '…'"`,
    })
  }
  const [file, ...args] = words
  if (!file) throw new SecwrapError('BAD_USAGE', '--run needs a program', { hint: "--run 'nginx -s reload'" })
  return [file, ...args]
}

function readTarget({ signal, 'pid-file': pidFile }: FlagValues): SignalTarget | undefined {
  if (signal === undefined && pidFile === undefined) return undefined
  if (signal === undefined || pidFile === undefined) {
    throw new SecwrapError('BAD_USAGE', '--signal and --pid-file go together', {
      hint: '--signal HUP --pid-file /run/nginx.pid',
    })
  }
  const number = signalNumber(String(signal))
  if (number === undefined) {
    throw new SecwrapError('BAD_USAGE', `--signal: ${signal} is not a signal`, { hint: 'kill -l' })
  }
  return { signal: number, pidFile: String(pidFile) }
}

const MOST = 65_535

/** `127.0.0.1:9464`, `[::1]:9464`, `:9464` for every address of this machine, `unix:/run/secwrap.sock`. */
function readListen(text: string): Listen {
  const [, socket] = /^unix:(\/.+)$/.exec(text) ?? []
  if (socket !== undefined) return { socket }
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]+)\]|([^:/]*)):(\d{1,5})$/.exec(text) ?? []
  if (port !== undefined && Number(port) <= MOST)
    return { host: bracketed ?? (plain || '::'), port: Number(port) }
  throw new SecwrapError('BAD_USAGE', '--listen takes HOST:PORT or unix:/PATH', {
    hint: '--listen 127.0.0.1:9464',
  })
}
