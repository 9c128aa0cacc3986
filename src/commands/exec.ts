import { asSecwrapError, SecwrapError, throwTogether } from '../core/errors.ts'
import { startTiming } from '../core/timing.ts'
import type { Inherited, TokenKeeper } from '../core/types.ts'
import { checkTotal } from '../environment/limits.ts'
import { becomeCommand, endOnSignals, findCommand, protectProcess, readStackLimit } from '../launch/exec.ts'
import { type Caller, takeCaller } from './caller.ts'
import {
  COMMON_FLAGS,
  EXEC_FLAGS,
  type Flag,
  type FlagValues,
  MASK_FLAGS,
  variableOf,
  WATCH_FLAGS,
} from './flags.ts'
import {
  completeEnvironment,
  loadFromFlags,
  type Prepared,
  readLocal,
  readSecrets,
  type TemplateFlags,
} from './prepare.ts'

export const flags = [...COMMON_FLAGS, ...EXEC_FLAGS, ...MASK_FLAGS, ...WATCH_FLAGS]

/** Becomes the command, with its secrets in the environment; returns only by throwing. */
export async function handler(values: FlagValues, command: readonly string[]): Promise<void> {
  startTiming(process.env)
  if (command.length === 0) {
    throw new SecwrapError('BAD_USAGE', 'no command to run', { hint: 'secwrap exec -- node app.js' })
  }
  if (values.mask) (await import('./mask/run.ts')).runOwnStage(process.env)
  if (values.watch === true) return (await import('./watch/run.ts')).watch(values, command)
  refuseIdleFlags('exec', WATCH_FLAGS, values, process.env)
  if (values.mask) {
    const { mustStay, STAYING } = await import('./mask/staying.ts')
    if (mustStay(process.env, values))
      return (await import('./watch/run.ts')).watch({ ...values, ...STAYING }, command)
  }
  await launch(values, command, takeCaller(process.env))
}

/** Flags of --watch would do nothing without it. As variables they may stand ready. @throws SecwrapError BAD_USAGE */
export function refuseIdleFlags(
  command: string,
  flags: readonly Flag[],
  values: FlagValues,
  env: Inherited,
): void {
  for (const flag of flags) {
    if (values[flag.name] === flag.default || env[variableOf(flag)] !== undefined) continue
    throw new SecwrapError('BAD_USAGE', `--${flag.name} needs --watch`, {
      hint: `secwrap ${command} --watch`,
    })
  }
}

export interface LaunchOptions {
  readonly beforeCommand?: (prepared: Prepared) => void // called when all is read and checked
  readonly tokens?: TokenKeeper
}

/** Reads, checks and becomes the command. */
export async function launch(
  values: FlagValues,
  command: readonly string[],
  { start, rawInherited }: Caller,
  { beforeCommand, tokens }: LaunchOptions = {},
): Promise<void> {
  const given = values as unknown as TemplateFlags
  endOnSignals(start)
  const masker = values.mask
    ? (await import('./mask/run.ts')).startMasker(start, process.env, values.mask === 'pty')
    : undefined
  protectProcess()
  const template = loadFromFlags(given, process.env)
  const resolved =
    readLocal(template, process.env) ??
    (await readSecrets(template, given, process.env, tokens && { tokens }))
  const prepared = completeEnvironment(template, resolved, given, process.env)
  const { problems } = prepared
  const environment = masker ? masker.addColors(prepared.environment) : prepared.environment
  const file = tryFind(command[0] ?? '', environment.PATH)
  throwTogether(file instanceof SecwrapError ? [...problems, file] : problems)
  checkTotal(command, environment, readStackLimit)
  beforeCommand?.(prepared)
  masker?.connect(prepared)
  becomeCommand(String(file), command, environment, given.pristine ? [] : rawInherited, start)
}

/** A command that is not there is told together with the template's problems. */
function tryFind(name: string, path: string | undefined): string | SecwrapError {
  try {
    return findCommand(name, path)
  } catch (error) {
    return asSecwrapError(error)
  }
}
