import { relative, resolve } from 'node:path'
import { log, writeAll } from '../../core/log.ts'
import { printTable } from '../table.ts'
import type { Change } from './changes.ts'
import type { Prepared } from './prepare.ts'
import type { Project } from './project.ts'

export interface ReportOptions {
  readonly json: boolean
  readonly color: boolean
  readonly isDryRun: boolean
}

/** What became of each name, which files were written, and what comes next. Never a value. */
export function reportProject(project: Project, prepared: Prepared, options: ReportOptions): void {
  const { env, template, sealedName } = project
  const entries = prepared.entries.map(({ name, line, isSecret, why }) => ({
    name,
    kept: isSecret ? 'sealed' : 'as text',
    why,
    place: `${env}:${line}`,
  }))
  const files = prepared.changes.map(describeChange)
  if (options.json) {
    writeAll(1, `${JSON.stringify({ entries, files }, null, 2)}\n`)
  } else if (files.length === 0) {
    writeAll(1, `nothing to do: ${template} and ${sealedName} say what ${env} says\n`)
  } else {
    printTable(entries, options)
    if (entries.length > 0) writeAll(1, '\n')
    printTable(files, options)
  }
  for (const hint of files.length > 0 ? findHints(project, options) : []) log('hint', hint)
}

function describeChange({ path, what }: Change): Record<string, string> {
  const local = relative('', path)
  return { file: local.startsWith('..') ? resolve(path) : local, what }
}

function findHints({ env, template }: Project, { isDryRun }: ReportOptions): readonly string[] {
  if (isDryRun) return ['nothing is written yet; --plain NAME and --secret NAME decide otherwise']
  const flag = template === '.env.template' ? '' : ` --template ${template}`
  return [
    `secwrap check${flag}, then secwrap exec${flag} -- COMMAND`,
    `${env} is still there; rm ${env} when the command runs without it`,
  ]
}
