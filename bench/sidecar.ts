/** `render --watch`: what stays, what a look takes, and how soon a change is in the file and told to a program. */
import { mkdirSync, watch, writeFileSync } from 'node:fs'
import type { Bound } from './bounds.ts'
import { rowName } from './expectations.ts'
import { measureIdle, measureLooks } from './looks.ts'
import type { Program, Start } from './programs.ts'
import { textOf } from './render.ts'
import type { Judged } from './results.ts'
import { type Row, type Site, scenarioRow } from './rows.ts'
import { MOST_BEYOND_DEBOUNCE_MS, WATCHED } from './scenarios.ts'
import { median } from './statistics.ts'
import type { Stub } from './stub/start.ts'
import { type StartWatched, startWatched, TELL_START } from './watched.ts'

const CHANGES = 7
const DEBOUNCE_S = 0.2
const FILE = 'app.conf'

/** One file with all references of what is watched. */
export function sidecarRow(program: Program, start: Start, site: Site): Row {
  const exec = scenarioRow(program, start, WATCHED, site)
  const folder = `${site.memory}/${program}-sidecar`
  mkdirSync(folder)
  writeFileSync(`${exec.cwd}/${FILE}.template`, textOf(WATCHED))
  const args = [...start.args, 'render', '--watch', `${FILE}.template:${folder}/${FILE}`]
  return { ...exec, name: rowName(program, 'sidecar'), args, fresh: folder }
}

export async function measureSidecar(row: Row, stub: Stub): Promise<Judged> {
  const start: StartWatched = (...flags) => startWatched(row, [...row.args, ...flags], 0)
  const bounds = [
    ...(await measureIdle(start)),
    ...(await measureLooks(start, row.expectation?.requests ?? {}, stub)),
    ...(await measureChanges(start, row.fresh ?? '', stub)),
  ]
  return { name: row.name, failed: 0, bounds }
}

/** From a change that is asked for at once to the renamed file, and to the start of the program that is run then. */
async function measureChanges(start: StartWatched, folder: string, stub: Stub): Promise<readonly Bound[]> {
  const flags = ['--interval', '600', '--debounce', String(DEBOUNCE_S), '--run', TELL_START]
  await using watched = start(...flags)
  const toFile: number[] = []
  const toProgram: number[] = []
  for (let round = 0; round < CHANGES; round++) {
    await watched.hasLooked()
    await stub.change()
    const renamed = waitForName(folder)
    const askedAt = Date.now()
    watched.look()
    toFile.push((await renamed) - askedAt)
    toProgram.push((await watched.started()) - askedAt - DEBOUNCE_S * 1_000)
  }
  return [
    { what: 'ms from a change to its file', value: median(toFile), limit: MOST_BEYOND_DEBOUNCE_MS },
    { what: 'ms from a change to its program, beyond the debounce', value: median(toProgram) },
  ]
}

/** When the file gets its name, in milliseconds since 1970. */
function waitForName(folder: string): Promise<number> {
  return new Promise(resolve => {
    const watcher = watch(folder, (_, name) => {
      if (name !== FILE) return
      watcher.close()
      resolve(Date.now())
    })
  })
}
