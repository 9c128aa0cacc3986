import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { bun, root } from '../scripts/bun.mjs'

/** Where and with what the figures were taken. */
export function describeMachine(): Readonly<Record<string, string>> {
  const say = (file: string, ...args: string[]) =>
    execFileSync(file, args, { cwd: root, encoding: 'utf8' }).trim()
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${system}, Linux ${release()}`,
    node: process.version.slice(1),
    bun: say(bun, '--version'),
    commit: say('git', 'describe', '--always', '--dirty'),
  }
}
