/** `render` of many files, beside `exec` with the same references: what files cost on top of their secrets. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { rowName } from './expectations.ts'
import type { Program, Start } from './programs.ts'
import { type Row, type Site, scenarioRow } from './rows.ts'
import { FILES, MOST_OF_READS, type Scenario } from './scenarios.ts'

export function renderName({ name }: Scenario): string {
  return `render ${FILES} files of ${name}`
}

/** The reads alone, and the files. They are written into memory, where files with secrets belong. */
export function renderRows(program: Program, start: Start, reads: Scenario, site: Site): readonly Row[] {
  const exec = scenarioRow(program, start, reads, site)
  const target = `${site.memory}/rendered`
  writeSources(`${exec.cwd}/files`, reads)
  const files = {
    ...exec,
    name: rowName(program, renderName(reads)),
    args: [...start.args, 'render', `files/:${target}/`],
    fresh: target,
    expectation: {
      requests: reads.requests,
      ratios: [{ of: 'wallMs', to: exec.name, limit: MOST_OF_READS }],
    },
  } as const
  return [exec, files]
}

const TEXT = '# A line of a configuration file, as there are more of than of secrets.\n'.repeat(10)

/** Configuration files that share a template's references among them. */
function writeSources(folder: string, reads: Scenario): void {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < FILES; index++) {
    writeFileSync(
      `${folder}/${index}.conf.template`,
      textOf(reads, place => place % FILES === index),
    )
  }
}

/** A configuration file with references of a template. */
export function textOf({ template }: Scenario, isIn: (place: number) => boolean = () => true): string {
  const lines = template.split('\n').filter(line => line.includes('://'))
  const own = lines.filter((_, place) => isIn(place))
  const filled = own.map(line => line.replace(/=(.*)/, ' = "$${$1}"\n'))
  return `${TEXT}${filled.join('')}${TEXT}`
}
