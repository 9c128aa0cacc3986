/** What is measured of `exec`, and what it may take. Pure data; nothing here runs anything. */

export interface Scenario {
  readonly name: string
  readonly delayMs: number // of every answer of the stub
  readonly template: string
  readonly sealed?: Readonly<Record<string, string>> // what the scenario's sops file holds
  readonly requests: Readonly<Record<string, number>> // expected, by the stub's kinds
}

export const DELAY_MS = 20

export const SEALED_FILE = 'secrets.sops.yaml'

const LITERALS = 'NODE_ENV=production\nPORT=3000\nLOG_LEVEL=debug\nGREETING="hello, world"\n'

export const SCENARIOS: readonly Scenario[] = [
  scenario('static', 0, {}),
  scenario('3 files', 0, { files: 3 }),
  scenario('20 ssm', 0, { ssm: 20 }),
  scenario('5 vault', 0, { vault: 5 }),
  scenario('both', 0, { ssm: 20, vault: 5 }),
  scenario('200 ssm', 0, { ssm: 200 }),
  scenario('200 vault', 0, { vault: 200 }),
  scenario('100 secretsmanager', 0, { secretsManager: 100 }),
  scenario('100 azurekv', 0, { azure: 100 }),
  scenario('200 of a sops file', 0, { sops: 200 }),
  scenario('both, 20 ms', DELAY_MS, { ssm: 20, vault: 5 }),
  scenario('200 ssm, 20 ms', DELAY_MS, { ssm: 200 }),
  scenario('200 vault, 20 ms', DELAY_MS, { vault: 200 }),
  scenario('100 azurekv, 20 ms', DELAY_MS, { azure: 100 }),
]

/** Whose references are also filled into files. */
export const RENDERED: readonly Scenario[] = [
  scenario('500 ssm', 0, { ssm: 500 }),
  scenario('500 ssm, 20 ms', DELAY_MS, { ssm: 500 }),
]
export const FILES = 200

/** Most that `render` may take, as a multiple of `exec` with the same references. */
export const MOST_OF_READS = 2

/** What is watched. */
export const WATCHED = scenario('both', 0, { ssm: 20, vault: 5 })
export const MOST_SUPERVISOR_MIB = 30
export const MOST_BEYOND_DEBOUNCE_MS = 300

/** Whose values are masked. */
export const MASKED = scenario('20 ssm', 0, { ssm: 20 })
export const LEAST_MASKED_MIB_S = 100

/** Most that the compiled file may take, as a multiple of an empty compiled program. */
export const MOST_OF_EMPTY: Readonly<Record<string, number>> = {
  static: 1.6,
  '3 files': 1.6,
  '20 ssm': 2.3,
  '5 vault': 2.3,
  both: 2.5,
  '200 ssm': 3.2,
  '200 vault': 5.5,
}

/** Most that the npm form may take, as a multiple of a bare start of the same Node. */
export const MOST_OF_NODE: Readonly<Record<string, number>> = { static: 1.5, both: 4.5 }

/** Most that a delayed scenario may take, as a multiple of one delay and the same scenario without it. */
export const MOST_OF_DELAYED: Readonly<Record<string, number>> = {
  'both, 20 ms': 1.6,
  '200 ssm, 20 ms': 1.6,
  '200 vault, 20 ms': 2.5,
}

/**
 * Most page faults of the compiled file, as a multiple of those of the same program that knows no store: what loads
 * nothing of a store touches no page of it. They are the same from run to run, where times are not: five more for
 * the table itself, thirty where one store is loaded (of 1,050).
 */
export const MOST_FAULTS_OF_NO_PROVIDERS = 1.02

export const MOST_MEMORY_MIB = 45 // of the compiled file

interface Sizes {
  readonly files?: number
  readonly ssm?: number
  readonly vault?: number
  readonly secretsManager?: number
  readonly azure?: number
  readonly sops?: number
}

function scenario(name: string, delayMs: number, sizes: Sizes): Scenario {
  const { files = 0, ssm = 0, vault = 0, secretsManager = 0, azure = 0, sops = 0 } = sizes
  return {
    name,
    delayMs,
    template: [
      LITERALS,
      ...lines(files, i => `FILE_${i}=file://./secret-${i}`),
      ...lines(ssm, i => `SSM_${i}=ssm:///prod/app/parameter-${i}`),
      ...lines(vault, i => `VAULT_${i}=vault://secret/app/service-${i}#password`),
      ...lines(secretsManager, i => `SM_${i}=secretsmanager://prod/service-${i}#password`),
      ...lines(azure, i => `AZURE_${i}=azurekv://bench-vault/service-${i}`),
      ...lines(sops, i => `SOPS_${i}=sops://./${SEALED_FILE}#KEY_${i}`),
    ].join(''),
    ...(sops > 0 && { sealed: Object.fromEntries(range(sops, i => [`KEY_${i}`, `value ${i}`])) }),
    requests: {
      ...(ssm > 0 && { GetParameters: Math.ceil(ssm / 10) }),
      ...(vault > 0 && { mount: 1, secret: vault }),
      ...(secretsManager > 0 && { BatchGetSecretValue: Math.ceil(secretsManager / 20) }),
      // A vault in Azure itself needs no challenge: the stub's address is one that has to be asked.
      ...(azure > 0 && { challenge: 1, token: 1, secret: azure }),
    },
  }
}

function lines(count: number, line: (index: number) => string): readonly string[] {
  return range(count, index => `${line(index)}\n`)
}

function range<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
