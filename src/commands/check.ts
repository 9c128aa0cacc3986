import type { SecwrapError } from '../core/errors.ts'
import { throwTogether } from '../core/errors.ts'
import { log } from '../core/log.ts'
import type { Inherited, Resolved, Template } from '../core/types.ts'
import { protectProcess } from '../launch/exec.ts'
import { ageOf } from './age.ts'
import { type CheckedEntry, checkEntries } from './check-entries.ts'
import { COMMON_FLAGS, EXEC_FLAGS, type Flag, type FlagValues } from './flags.ts'
import { loadFromFlags, prepareEnvironment, type TemplateFlags } from './prepare.ts'
import { printTable } from './table.ts'

const CHECK_FLAGS: readonly Flag[] = [
  { name: 'offline', type: 'boolean', default: false, describe: 'Parse only, and ask no store' },
  { name: 'json', type: 'boolean', default: false, describe: 'Print JSON instead of a table' },
]

export const flags = [...COMMON_FLAGS, ...EXEC_FLAGS, ...CHECK_FLAGS]

/** Parses, reads and types every entry; prints what came of each, never a value; fails if one is not well. */
export async function handler(values: FlagValues): Promise<void> {
  const given = values as unknown as TemplateFlags
  protectProcess()
  const { template, resolved, problems } = values.offline
    ? parseOnly(given, process.env)
    : await prepareEnvironment(given, process.env, { isTrial: true })
  for (const warning of template.warnings) log('warn', warning)
  const entries = checkEntries(template, resolved, problems, Boolean(values.offline))
  printTable(entries.map(toRow), { json: Boolean(values.json), color: Boolean(values.color) })
  throwTogether(problems)
}

function parseOnly(flags: TemplateFlags, inherited: Inherited): Checked {
  const template = loadFromFlags(flags, inherited)
  const resolved = { secrets: new Map(), missing: new Map(), imports: new Map(), problems: [] }
  return { template, resolved, problems: template.problems }
}

interface Checked {
  readonly template: Template
  readonly resolved: Resolved
  readonly problems: readonly SecwrapError[]
}

function toRow({
  name,
  source,
  version,
  updatedAt,
  state,
  file,
  line,
}: CheckedEntry): Record<string, string> {
  return {
    name,
    source,
    version: version ?? '',
    age: ageOf(updatedAt),
    state,
    place: line > 0 ? `${file}:${line}` : file,
  }
}
