/** The program: argv → command table → exit status, and the one place that prints errors. */
import { handler as exec, flags as execFlags } from './commands/exec.ts'
import { completeFlags } from './commands/flag-values.ts'
import type { FlagValues } from './commands/flags.ts'
import { quickParse } from './commands/quick-parse.ts'
import { describe, describeBug, EXIT_CODES, SecwrapError } from './core/errors.ts'
import { configureLog, type LogLevel, log } from './core/log.ts'
import { refuseDebugger } from './launch/debugger.ts'

async function main(argv: readonly string[]): Promise<void> {
  refuseDebugger()
  const quick = argv[0] === 'exec' ? quickParse(argv.slice(1), execFlags) : undefined
  if (quick) {
    const values = completeFlags(quick.values, execFlags, process.env)
    applyLogFlags(values)
    return exec(values, quick.words)
  }
  const { runCli } = await import('./commands/cli.ts')
  await runCli(argv, applyLogFlags)
}

function applyLogFlags(values: FlagValues): void {
  const { 'log-level': level = 'warn', 'log-format': format = 'text' } = values
  configureLog(level as LogLevel, format as 'text' | 'json')
}

/** Prints each problem with its hint, and gives the first one's exit code. */
function report(error: unknown): number {
  const problems: unknown[] = error instanceof AggregateError ? error.errors : [error]
  for (const [index, problem] of problems.entries()) {
    log('error', problem instanceof SecwrapError ? describe(problem) : describeBug(problem))
    const hint = hintOf(problem)
    // Twenty references to one store that is down need one hint, after the last of them.
    if (hint !== undefined && hint !== hintOf(problems[index + 1])) log('hint', hint)
  }
  const [first] = problems
  return first instanceof SecwrapError ? first.exitCode : EXIT_CODES.BUG
}

function hintOf(problem: unknown): string | undefined {
  return problem instanceof SecwrapError ? problem.details.hint : undefined
}

main(process.argv.slice(2)).catch((error: unknown) => process.exit(report(error)))
