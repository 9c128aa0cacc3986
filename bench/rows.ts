/** What is run, and in which surroundings. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { generateIdentity } from 'age-encryption'
import type { Program, Start } from './programs.ts'
import { type Scenario, SEALED_FILE } from './scenarios.ts'
import type { Stub } from './stub/start.ts'
import type { Verb } from './verbs.ts'

/** One line of measure.py's plan. */
export interface Row {
  readonly name: string
  readonly files: readonly string[] // copies of one program
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

// Fixed, so that a figure does not depend on the shell that asked for it.
export const BARE = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  HOSTNAME: 'bench',
  SHLVL: '1',
  USER: 'app',
}

export const WITHOUT_PROVIDERS = 'no providers: static'

const AGE_KEY = await generateIdentity()

export function rowName(program: Program, { name }: Pick<Scenario | Verb, 'name'>): string {
  return `${program}: ${name}`
}

/** `secwrap exec -- true` in a folder of the scenario's own. */
export function scenarioRow(name: string, start: Start, scenario: Scenario, folder: string, stub: Stub): Row {
  const cwd = `${folder}/${scenario.name.replace(/\W+/g, '-')}`
  const env = surroundings(cwd, stub.url(scenario.delayMs))
  prepareFolder(cwd, start, scenario, env)
  return { name, files: start.files, args: [...start.args, 'exec', '--', 'true'], env, cwd }
}

export function verbRow(name: string, { files, args }: Start, verb: Verb, folder: string, stub: Stub): Row {
  return { name, files, args: [...args, ...verb.args], env: surroundings(folder, stub.url(0)), cwd: folder }
}

function surroundings(home: string, url: string): Row['env'] {
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
  execFileSync(file, [...args, 'import', 'plain.json', `sops://./${SEALED_FILE}`, '--yes', '--overwrite'], {
    cwd,
    env,
  })
}
