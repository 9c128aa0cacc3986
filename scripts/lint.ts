/** Types, formatter and linter, links in the documentation, and that no file tells where it was made. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { findBrokenLinks } from './links.ts'
import { findTraces } from './traces.ts'

const root = posix.join(import.meta.dirname, '..')

const files = new Map(committedFiles().map(file => [file, readFileSync(`${root}/${file}`, 'utf8')]))
const problems = [
  ...run('tsc', '-p', '.'),
  ...run('biome', 'check', '--error-on-warnings', '.'),
  ...findBrokenLinks(files).map(link => `broken link: ${link}`),
  ...findTraces(files, root, registry()).map(trace => `trace of a machine: ${trace}`),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1

/** Also what is not committed yet, but not what is ignored. */
function committedFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return list.split('\0').filter(file => file !== '' && isThere(file))
}

function isThere(file: string): boolean {
  return spawnSync('test', ['-f', `${root}/${file}`]).status === 0
}

function run(program: string, ...args: string[]): string[] {
  const { status } = spawnSync(`${root}/node_modules/.bin/${program}`, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return status === 0 ? [] : [`${program} found something`]
}

function registry(): string {
  return execFileSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8' }).trim()
}
