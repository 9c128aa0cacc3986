/**
 * Builds both artifacts from one tree:
 *   dist/secwrap-linux-x64   one file, compiled by Bun
 *   dist/npm/                the bundle for Node 26 and newer
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bun = `${root}node_modules/@oven/bun-linux-x64/bin/bun`
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const define = ['--define', `SECWRAP_VERSION=${JSON.stringify(JSON.stringify(version))}`]

function build(...args) {
  execFileSync(bun, ['build', 'src/main.ts', ...define, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

rmSync(`${root}dist/npm`, { recursive: true, force: true })
build('--target=node', '--splitting', '--minify-syntax', '--outdir=dist/npm')
build(
  '--compile',
  '--bytecode',
  '--minify',
  // What a folder holds must not change the program that was started in it.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--outfile=dist/secwrap-linux-x64',
)
