/** What is measured, and what issue 3 allows it to take. Pure data; nothing here runs anything. */

export interface Scenario {
  readonly name: string
  readonly delayMs: number // of every answer of the stub
  readonly template: string
  readonly requests: Readonly<Record<string, number>> // expected, by the stub's kinds
}

/** A figure and its limit, as the table and the JSON show it. */
export interface Bound {
  readonly what: string
  readonly value: number
  readonly limit: number
  readonly exact?: true // less is wrong as well: a program that asks for nothing is fast
}

export const DELAY_MS = 20

const LITERALS = 'NODE_ENV=production\nPORT=3000\nLOG_LEVEL=debug\nGREETING="hello, world"\n'

export const SCENARIOS: readonly Scenario[] = [
  scenario('static', 0, {}),
  scenario('3 files', 0, { files: 3 }),
  scenario('20 ssm', 0, { ssm: 20 }),
  scenario('5 vault', 0, { vault: 5 }),
  scenario('both', 0, { ssm: 20, vault: 5 }),
  scenario('200 ssm', 0, { ssm: 200 }),
  scenario('200 vault', 0, { vault: 200 }),
  scenario('both, 20 ms', DELAY_MS, { ssm: 20, vault: 5 }),
  scenario('200 ssm, 20 ms', DELAY_MS, { ssm: 200 }),
  scenario('200 vault, 20 ms', DELAY_MS, { vault: 200 }),
]

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

export const MOST_MEMORY_MIB = 45 // of the compiled file

interface Sizes {
  readonly files?: number
  readonly ssm?: number
  readonly vault?: number
}

function scenario(name: string, delayMs: number, { files = 0, ssm = 0, vault = 0 }: Sizes): Scenario {
  return {
    name,
    delayMs,
    template: [
      LITERALS,
      ...lines(files, i => `FILE_${i}=file://./secret-${i}`),
      ...lines(ssm, i => `SSM_${i}=ssm:///prod/app/parameter-${i}`),
      ...lines(vault, i => `VAULT_${i}=vault://secret/app/service-${i}#password`),
    ].join(''),
    requests: {
      ...(ssm > 0 && { GetParameters: Math.ceil(ssm / 10) }),
      ...(vault > 0 && { mount: 1, secret: vault }),
    },
  }
}

function lines(count: number, line: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`)
}
