/** One file that runs by itself, from a main.ts of ours. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { bunBuild, COMPILE_FLAGS, root } from './bun.mjs'
import { recordOrder } from './bytecode-order.mjs'
import { addStartRecord } from './start-record/patch.mjs'
import { ADDRESS } from './start-record/x64.mjs'

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
export const DEFINITIONS = ['--define', `SECWRAP_VERSION=${JSON.stringify(version)}`]

/** @param order - where recordOrderOf has written what a start uses first. */
export function compile(main, file, order) {
  const record = ['--define', `SECWRAP_START_RECORD=${ADDRESS}`]
  bunBuild(
    main,
    ...DEFINITIONS,
    ...COMPILE_FLAGS,
    ...record,
    `--bytecode-order=${order}`,
    `--outfile=${file}`,
  )
  addStartRecord(file)
}

/** Compiles it once without a start record, which hides Bun's variables, to see in which order it uses its functions. */
export async function recordOrderOf(main, order) {
  const folder = mkdtempSync(`${tmpdir()}/secwrap-build-`)
  try {
    bunBuild(main, ...DEFINITIONS, ...COMPILE_FLAGS, `--outfile=${folder}/secwrap`)
    copyFileSync(await recordOrder(`${folder}/secwrap`, folder), order)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
