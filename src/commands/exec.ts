import { asSecwrapError, SecwrapError, throwTogether } from '../core/errors.ts'
import { startTiming } from '../core/timing.ts'
import { checkTotal } from '../environment/limits.ts'
import { becomeCommand, endOnSignals, findCommand, protectProcess, readStackLimit } from '../launch/exec.ts'
import { takeCaller } from './caller.ts'
import { COMMON_FLAGS, EXEC_FLAGS, type FlagValues } from './flags.ts'
import { completeEnvironment, loadFromFlags, readLocal, readSecrets, type TemplateFlags } from './prepare.ts'

export const flags = [...COMMON_FLAGS, ...EXEC_FLAGS]

/** Becomes the command, with its secrets in the environment; returns only by throwing. */
export async function handler(values: FlagValues, command: readonly string[]): Promise<void> {
  startTiming(process.env)
  const [name] = command
  if (name === undefined) {
    throw new SecwrapError('BAD_USAGE', 'no command to run', { hint: 'secwrap exec -- node app.js' })
  }
  const given = values as unknown as TemplateFlags
  const { start, rawInherited } = takeCaller(process.env)
  endOnSignals(start)
  protectProcess()
  const template = loadFromFlags(given, process.env)
  const resolved = readLocal(template, process.env) ?? (await readSecrets(template, given, process.env))
  const { environment, problems } = completeEnvironment(template, resolved, given, process.env)
  const file = tryFind(name, environment.PATH)
  throwTogether(file instanceof SecwrapError ? [...problems, file] : problems)
  checkTotal(command, environment, readStackLimit)
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
