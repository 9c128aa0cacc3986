/** One file that runs by itself, from a main.ts of ours. */
import { readFileSync } from 'node:fs'
import { bunBuild, COMPILE_FLAGS, root } from './bun.mjs'
import { addStartRecord } from './start-record/patch.mjs'
import { ADDRESS } from './start-record/x64.mjs'

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
export const DEFINITIONS = ['--define', `SECWRAP_VERSION=${JSON.stringify(version)}`]

export function compile(main, file) {
  const record = ['--define', `SECWRAP_START_RECORD=${ADDRESS}`]
  bunBuild(main, ...DEFINITIONS, ...COMPILE_FLAGS, ...record, `--outfile=${file}`)
  addStartRecord(file)
}
