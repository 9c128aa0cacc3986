/** What is run, and in which surroundings. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { generateIdentity } from 'age-encryption'
import { type Expectation, expectationOf, rowName } from './expectations.ts'
import type { Program, Start } from './programs.ts'
import { type Scenario, SEALED_FILE } from './scenarios.ts'
import type { Stub } from './stub/start.ts'

/** One line of measure.py's plan. */
export interface Row {
  readonly name: string
  readonly files: readonly string[] // copies of one program
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly fresh?: string // folder that is removed before each run
  readonly expectation?: Expectation
}

/** Where rows are made. */
export interface Site {
  readonly folder: string
  readonly memory: string // a folder that is on no disk
  readonly stub: Stub
}

// Fixed, so that a figure does not depend on the shell that asked for it.
export const BARE = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  HOSTNAME: 'bench',
  SHLVL: '1',
  USER: 'app',
}

const AGE_KEY = await generateIdentity()

/** `secwrap exec -- true` in a folder of the scenario's own. */
export function scenarioRow(program: Program, start: Start, scenario: Scenario, { folder, stub }: Site): Row {
  const cwd = `${folder}/${scenario.name.replace(/\W+/g, '-')}`
  const env = surroundings(cwd, stub.url(scenario.delayMs))
  prepareFolder(cwd, start, scenario, env)
  return {
    name: rowName(program, scenario.name),
    files: start.files,
    args: [...start.args, 'exec', '--', 'true'],
    env,
    cwd,
    expectation: expectationOf(program, scenario),
  }
}

export function surroundings(home: string, url: string): Row['env'] {
  return {
    ...BARE,
    HOME: home,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDBENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: url,
    VAULT_ADDR: url,
    VAULT_TOKEN: 'bench',
    SECWRAP_AZUREKV_ENDPOINT: url,
    AZURE_POD_IDENTITY_AUTHORITY_HOST: url,
    SOPS_AGE_KEY: AGE_KEY,
  }
}

function prepareFolder(cwd: string, { files, args }: Start, scenario: Scenario, env: Row['env']): void {
  mkdirSync(cwd, { recursive: true })
  writeFileSync(`${cwd}/.env.template`, scenario.template)
  for (const index of [0, 1, 2]) writeFileSync(`${cwd}/secret-${index}`, `value ${index}\n`, { mode: 0o600 })
  if (!scenario.sealed) return
  writeFileSync(`${cwd}/plain.json`, JSON.stringify(scenario.sealed))
  const [file = ''] = files
  const words = ['import', 'plain.json', `sops://./${SEALED_FILE}`, '--yes', '--overwrite']
  execFileSync(file, [...args, ...words], { cwd, env })
}
