/**
 * Builds both artifacts from one tree:
 *   dist/secwrap-linux-x64   one file, compiled by Bun
 *   dist/npm/                the bundle for Node 26 and newer
 */
import { readFileSync, rmSync } from 'node:fs'
import { bunBuild, COMPILE_FLAGS, root } from './bun.mjs'
import { addStartRecord } from './start-record/patch.mjs'
import { ADDRESS } from './start-record/x64.mjs'

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const program = ['src/main.ts', '--define', `SECWRAP_VERSION=${JSON.stringify(version)}`]

rmSync(`${root}dist/npm`, { recursive: true, force: true })
bunBuild(...program, '--target=node', '--splitting', '--minify-syntax', '--outdir=dist/npm')
const compiled = `${root}dist/secwrap-linux-x64`
bunBuild(...program, ...COMPILE_FLAGS, '--define', `SECWRAP_START_RECORD=${ADDRESS}`, `--outfile=${compiled}`)
addStartRecord(compiled)
