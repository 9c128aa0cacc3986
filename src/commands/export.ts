import { isatty } from 'node:tty'
import { SecwrapError, throwTogether } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import type { Format, FormatOptions } from '../environment/formats/format.ts'
import { FORMATS, type FormatName } from '../environment/formats/index.ts'
import { writeEnvironment } from '../environment/formats/write.ts'
import { protectProcess } from '../launch/exec.ts'
import { COMMON_FLAGS, EXEC_FLAGS, type Flag, type FlagValues } from './flags.ts'
import { findPlaces } from './places.ts'
import { type Prepared, prepareEnvironment, type TemplateFlags } from './prepare.ts'

const EXPORT_FLAGS: readonly Flag[] = [
  {
    name: 'format',
    type: 'string',
    argument: 'NAME',
    choices: Object.keys(FORMATS),
    default: 'dotenv',
    describe: 'What the reader understands',
  },
  {
    name: 'output',
    alias: 'o',
    type: 'string',
    argument: 'FILE',
    describe: 'File to write, readable by its owner only [standard output; github: $GITHUB_ENV]',
  },
  { name: 'name', type: 'string', argument: 'NAME', describe: 'kubernetes: name of the Secret' },
  { name: 'namespace', type: 'string', argument: 'NAME', describe: 'kubernetes: its namespace' },
  { name: 'type', type: 'string', argument: 'TYPE', describe: 'kubernetes: its type [Opaque]' },
]

// What the caller has inherited is never exported, so there is nothing to let through.
const TEMPLATE_FLAGS = EXEC_FLAGS.filter(({ name }) => ['from', 'from-env', 'prefer-env'].includes(name))

export const flags = [...COMMON_FLAGS, ...TEMPLATE_FLAGS, ...EXPORT_FLAGS]

interface ExportFlags extends TemplateFlags, FormatOptions {
  readonly format: FormatName
  readonly output?: string
}

/** Writes what the template describes, and nothing of the inherited environment; all of it or nothing. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const given = values as unknown as ExportFlags
  if (words.length > 0) {
    throw new SecwrapError('BAD_USAGE', 'export takes flags only', { hint: 'secwrap export --format json' })
  }
  protectProcess()
  const format = await loadFormat(given)
  const runnerFile = given.format === 'github' ? findRunnerFile(given, process.env) : undefined
  const prepared = await prepareEnvironment({ ...given, pristine: true }, process.env)
  const text = writeText(format, prepared, given)
  if (runnerFile !== undefined) return handToRunner(prepared, text, runnerFile)
  if (given.output === undefined) return writeAll(1, text)
  const { writePrivateFile } = await import('./export-files.ts')
  writePrivateFile(given.output, text)
}

async function loadFormat(flags: ExportFlags): Promise<Format> {
  const { format }: { readonly format: Format } = await FORMATS[flags.format]()
  const stray = (['name', 'namespace', 'type'] as const).find(flag => flags[flag] !== undefined)
  if (stray && !format.checkOptions) {
    throw new SecwrapError('BAD_USAGE', `--${stray} is for --format kubernetes`)
  }
  format.checkOptions?.(flags)
  return format
}

function writeText(
  format: Format,
  { template, resolved, environment, problems }: Prepared,
  options: FormatOptions,
): string {
  const places = findPlaces(template, resolved)
  const placeOf = (name: string) => places.get(name) ?? { file: '', line: 0, name }
  const written = writeEnvironment(format, environment, placeOf, options)
  throwTogether([...problems, ...written.problems])
  return written.text
}

function findRunnerFile({ output }: ExportFlags, env: NodeJS.ProcessEnv): string {
  const file = output ?? env.GITHUB_ENV
  if (file) return file
  throw new SecwrapError('BAD_CONFIG', 'GITHUB_ENV is not set: this is not a step of GitHub Actions', {
    hint: '--output FILE, or another --format',
  })
}

/** Masks first: from the moment a value is in the file, a step may print it. */
async function handToRunner({ environment, sensitive }: Prepared, text: string, file: string): Promise<void> {
  const { writeMasks } = await import('../environment/formats/github.ts')
  const { appendToFile } = await import('./export-files.ts')
  // No runner reads a terminal, but somebody may.
  if (!isatty(1)) writeAll(1, writeMasks(sensitive.map(name => environment[name] ?? '')))
  appendToFile(file, text)
}
