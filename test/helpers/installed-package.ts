/** The package as npm lays it out: packed by `npm pack`, unpacked below node_modules, linked into .bin. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { Folder } from './temporary-folder.ts'

const root = resolve(import.meta.dirname, '../..')
const PLATFORM = 'node_modules/@secwrap/linux-x64'

/** `secwrap` below node_modules of this folder. */
export function installPackage({ path }: Folder): void {
  const modules = `${path}/node_modules`
  mkdirSync(`${modules}/.bin`, { recursive: true })
  const tarball = execFileSync('npm', ['pack', '--silent', '--pack-destination', path], { cwd: root })
  execFileSync('tar', ['-xzf', `${path}/${tarball.toString().trim()}`, '-C', modules])
  execFileSync('mv', [`${modules}/package`, `${modules}/secwrap`])
  symlinkSync('../secwrap/bin/secwrap.js', `${modules}/.bin/secwrap`)
}

/** The platform's package beside it, with the compiled file. */
export function installProgram({ path }: Folder): void {
  execFileSync('node', [`${root}/scripts/platform-package.mjs`, `${path}/${PLATFORM}`])
}

/** In its place a script that says what it was given. */
export function installStandIn(folder: Folder): void {
  folder.write(`${PLATFORM}/bin/secwrap`, '#!/bin/sh\nprintf "stand-in|"; printf "%s|" "$@"\n', 0o755)
}

/** A folder for PATH whose `node` is this machine's own, older than the bundle needs. */
export function folderOfOldNode(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(path => !path.includes('node_modules'))
  const found = folders.find(path => Number(versionIn(path)?.split('.')[0]) < 26)
  if (found === undefined) throw new Error('these tests need a Node from 20 to 25 in PATH')
  return found
}

function versionIn(folder: string): string | undefined {
  try {
    return execFileSync(`${folder}/node`, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}
