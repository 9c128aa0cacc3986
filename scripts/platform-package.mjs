/**
 * Makes the npm package that carries the compiled file, in the folder that is named:
 *
 *   node scripts/platform-package.mjs dist/packages/linux-x64
 *
 * npm installs it beside `secwrap` on machines that fit; bin/secwrap.js finds it there.
 */
import { constants, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { root } from './bun.mjs'

const [folder] = process.argv.slice(2)
const { version, license } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const manifest = {
  name: '@secwrap/linux-x64',
  version,
  license,
  description: 'The secwrap program for Linux with glibc on x86-64',
  os: ['linux'],
  cpu: ['x64'],
  libc: ['glibc'],
  files: ['bin'],
}

mkdirSync(`${folder}/bin`, { recursive: true })
writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(`${root}dist/secwrap-linux-x64`, `${folder}/bin/secwrap`, constants.COPYFILE_FICLONE)
