/**
 * Builds both artifacts from one tree:
 *   dist/secwrap-linux-x64   one file, compiled by Bun
 *   dist/npm/                the bundle for Node 26 and newer
 */
import { rmSync } from 'node:fs'
import { bunBuild, root } from './bun.mjs'
import { compile, DEFINITIONS } from './compile.mjs'

const main = 'src/main.ts'

rmSync(`${root}dist/npm`, { recursive: true, force: true })
bunBuild(main, ...DEFINITIONS, '--target=node', '--splitting', '--minify-syntax', '--outdir=dist/npm')
compile(main, `${root}dist/secwrap-linux-x64`)
