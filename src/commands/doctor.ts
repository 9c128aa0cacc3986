import { asSecwrapError, describe, EXIT_CODES } from '../core/errors.ts'
import type { Inherited, Template } from '../core/types.ts'
import { isProtected, protectProcess } from '../launch/exec.ts'
import { listLosses } from '../launch/losses.ts'
import { INSPECTORS } from '../providers/inspect/index.ts'
import { type Group, groupIds, referencesIn } from '../resolve/plan.ts'
import { API_PATH } from '../template/schemes.ts'
import { takeCaller } from './caller.ts'
import { COMMON_FLAGS, EXEC_FLAGS, type Flag, type FlagValues } from './flags.ts'
import { loadFromFlags, type TemplateFlags } from './prepare.ts'
import { printTable } from './table.ts'
import { JSON_FLAG } from './verbs.ts'
import { artifactOf, versionOf } from './version.ts'

const TEMPLATE_FLAGS = ['template', 'environment', 'from', 'from-env', 'log-level', 'log-format', 'color']

export const flags: readonly Flag[] = [
  JSON_FLAG,
  ...[...COMMON_FLAGS, ...EXEC_FLAGS].filter(({ name }) => TEMPLATE_FLAGS.includes(name)),
]

interface Finding {
  readonly part: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly detail: string
}

/** What is set up here, without asking any store, and never a value. Exit code 78 where something is missing. */
export async function handler(values: FlagValues): Promise<void> {
  const { start } = takeCaller(process.env)
  protectProcess()
  const template = loadFromFlags(values as unknown as TemplateFlags, process.env)
  const findings = [
    ...inspectProgram(listLosses(start)),
    inspectTemplate(template, values.template === undefined),
    ...(await inspectStores(template, process.env)),
  ]
  printTable(
    findings.map(finding => ({ ...finding })),
    { json: Boolean(values.json), color: Boolean(values.color) },
  )
  if (findings.some(({ state }) => state === 'problem')) process.exitCode = EXIT_CODES.BAD_CONFIG
}

function inspectProgram(losses: readonly string[]): readonly Finding[] {
  const { bun, node } = process.versions
  const runtime = bun ? `Bun ${bun}` : `Node ${node}`
  const launch: readonly Finding[] =
    losses.length === 0
      ? [{ part: 'launch', state: 'ok', detail: 'the command starts as if it were started directly' }]
      : losses.map(detail => ({ part: 'launch', state: 'warning', detail }))
  return [
    { part: 'secwrap', state: 'ok', detail: `${versionOf()}, ${artifactOf()}` },
    { part: 'runtime', state: 'ok', detail: `${runtime}, ${process.platform} ${process.arch}` },
    ...launch,
    isProtected()
      ? {
          part: 'memory',
          state: 'ok',
          detail: "hidden from this user's other processes until the command runs",
        }
      : { part: 'memory', state: 'warning', detail: "this user's other processes can read it" },
  ]
}

function inspectTemplate({ entries, problems }: Template, isDefault: boolean): Finding {
  const part = 'template'
  const [problem, ...others] = problems
  if (!problem) {
    const files = [...new Set(entries.map(({ file }) => file))].join(', ')
    return {
      part,
      state: 'ok',
      detail: `${files && `${files}: `}${count(entries.length, 'entry', 'entries')}`,
    }
  }
  if (problem.code === 'NOT_FOUND' && isDefault && others.length === 0) {
    return { part, state: 'warning', detail: 'there is no .env.template here: secwrap init' }
  }
  const told = others.length === 0 ? describe(problem) : count(problems.length, 'problem', 'problems')
  return { part, state: 'problem', detail: `${told}: secwrap check --offline` }
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

/** One finding a store, although ids of several options may belong to it. */
async function inspectStores({ entries }: Template, env: Inherited): Promise<readonly Finding[]> {
  const ids = entries.flatMap(({ parts }) => referencesIn(parts).map(({ id }) => id))
  const findings = await Promise.all(groupIds(ids).map(group => inspectStore(group, env)))
  return [...new Map(findings.map(finding => [`${finding.part} ${finding.detail}`, finding])).values()]
}

async function inspectStore({ scheme, options, ids }: Group, env: Inherited): Promise<Finding> {
  const shown = Object.entries(options).filter(([name]) => name !== API_PATH)
  const query = shown.map(([name, value]) => `${name}=${value}`)
  const part = query.length === 0 ? scheme : `${scheme} ?${query.join('&')}`
  try {
    const load = INSPECTORS[scheme]
    const facts = load ? await (await load()).inspect({ options, ids }, env) : []
    return { part, state: 'ok', detail: facts.join('; ') }
  } catch (error) {
    const { message, details } = asSecwrapError(error)
    return { part, state: 'problem', detail: details.hint ? `${message}: ${details.hint}` : message }
  }
}
