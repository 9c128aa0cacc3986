/** How the one file is compiled; the benchmark compiles an empty program the same way. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const bun = `${root}node_modules/@oven/bun-linux-x64/bin/bun`

export const COMPILE_FLAGS = [
  '--compile',
  '--bytecode',
  // A chunk for each file that the two tables load: what a run does not need stays unread.
  '--format=esm',
  '--splitting',
  '--minify',
  // Compiling to machine code at run time costs more than it gains in a few milliseconds: 200 references take half.
  '--compile-jit-policy=100',
  // What a folder holds must not change the program that was started in it.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
]

export function bunBuild(...args) {
  execFileSync(bun, ['build', ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}
