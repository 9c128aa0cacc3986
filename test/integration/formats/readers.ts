/** The programs that read what `export` writes: each takes files and tells the variables of each. */
import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import dotenv from 'dotenv'
import { parse as parseYaml } from 'yaml'
import type { FormatName } from '../../../src/environment/formats/index.ts'
import { readEnvironmentFile } from '../../helpers/github-runner.ts'
import { findProgram } from '../../helpers/needs.ts'
import { openLab } from '../../lab/index.ts'
import { readByCompose, readByDocker } from './docker.ts'
import { readReport } from './gitlab.ts'
import { readAssignments } from './powershell.ts'
import type { Variables } from './variables.ts'

export interface Reader {
  readonly format: FormatName
  readonly name: string
  readonly isHere: boolean
  read(files: readonly string[]): Promise<readonly Variables[]>
}

const { python } = openLab()
const compose = `${dirname(python)}/docker-compose`
const run = promisify(execFile)

export const READERS: readonly Reader[] = [
  inProcess('dotenv', 'dotenv', text => Object.entries(dotenv.parse(text))),
  inProcess('dotenv', 'dotenv, fast', text => Object.entries(dotenv.parse(text, { fast: true }))),
  byPython('dotenv', 'dotenv', 'python-dotenv'),
  byCompose('dotenv', 'compose'),
  program('docker', 'docker', readByDocker),
  byCompose('docker', 'compose, raw', 'raw'),
  inProcess('json', 'JSON.parse', text => Object.entries(JSON.parse(text) as Record<string, string>)),
  byPython('json', 'json', 'Python'),
  inProcess('yaml', 'yaml', text => Object.entries(parseYaml(text) as Record<string, string>)),
  inProcess('yaml', 'yaml 1.1', text =>
    Object.entries(parseYaml(text, { version: '1.1' }) as Record<string, string>),
  ),
  byPython('yaml', 'yaml', 'PyYAML'),
  program('shell', 'bash', readByShell),
  program('shell', 'dash', readByShell),
  program('fish', 'fish', readByFish),
  inProcess('powershell', 'its grammar', readAssignments),
  inProcess('github', "the runner's rules", readEnvironmentFile),
  inProcess('gitlab', "GitLab's rules", readReport),
  byPython('kubernetes', 'kubernetes', 'kubernetes-validate'),
  {
    ...byPython('systemd', 'systemd', "systemd's library"),
    isHere: globSync('/usr/lib/{,*/}systemd/libsystemd-shared-*').length > 0,
  },
  byPython('tfvars', 'tfvars', "HashiCorp's HCL"),
  byPython('properties', 'properties', 'javaproperties'),
]

function inProcess(format: FormatName, name: string, parse: (text: string) => Variables): Reader {
  const read = async (files: readonly string[]) => files.map(file => parse(readFileSync(file, 'utf8')))
  return { format, name, isHere: true, read }
}

function byPython(format: FormatName, reader: string, name: string): Reader {
  const script = `${import.meta.dirname}/../../fixtures/read-formats.py`
  return {
    format,
    name,
    isHere: true,
    async read(files) {
      const { stdout } = await run(python, [script, reader, ...files], { maxBuffer: 64 * 1024 * 1024 })
      return JSON.parse(stdout) as Variables[]
    },
  }
}

function byCompose(format: FormatName, name: string, fileFormat?: 'raw'): Reader {
  const read = (files: readonly string[]) => readByCompose(compose, files, fileFormat)
  return { format, name, isHere: existsSync(compose), read }
}

function program(
  format: FormatName,
  name: string,
  read: (program: string, files: readonly string[]) => Promise<Variables[]>,
): Reader {
  const path = findProgram(name)
  return { format, name, isHere: path !== undefined, read: files => read(path ?? name, files) }
}

function readByShell(shell: string, files: readonly string[]): Promise<Variables[]> {
  return readByScript(
    [shell, '-c', 'for file; do (. "$file"; /usr/bin/env -0 >"$file.env"); done', shell],
    files,
  )
}

function readByFish(fish: string, files: readonly string[]): Promise<Variables[]> {
  const script = 'for file in $argv; source $file; /usr/bin/env -0 >$file.env; end'
  return readByScript([fish, '--no-config', '-c', script], files)
}

/** The script leaves what a program started after each file finds in its environment. */
async function readByScript(
  [shell = '', ...args]: readonly string[],
  files: readonly string[],
): Promise<Variables[]> {
  await run(shell, [...args, ...files], { env: { LANG: 'C.UTF-8' } })
  return files.map(file => {
    const pairs = readFileSync(`${file}.env`, 'utf8').split('\0').slice(0, -1)
    return pairs.map(pair => {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
      return [name, value]
    })
  })
}
