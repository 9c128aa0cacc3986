/**
 * Builds both artifacts from one tree:
 *   dist/secwrap-linux-x64   one file, compiled by Bun
 *   dist/npm/                the bundle for Node 26 and newer
 * dist/bytecode-order says how the bytecode lies in the first one.
 */
import { rmSync } from 'node:fs'
import { bunBuild, root } from './bun.mjs'
import { compile, DEFINITIONS, recordOrderOf } from './compile.mjs'

const main = 'src/main.ts'

rmSync(`${root}dist/npm`, { recursive: true, force: true })
bunBuild(main, ...DEFINITIONS, '--target=node', '--splitting', '--minify-syntax', '--outdir=dist/npm')
await recordOrderOf(main, `${root}dist/bytecode-order`)
compile(main, `${root}dist/secwrap-linux-x64`, `${root}dist/bytecode-order`)
