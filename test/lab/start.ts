/** One of each server for a whole test run, in a folder of its own that goes away with it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { startAws } from './aws.ts'
import type { Lab } from './index.ts'
import { installPrograms } from './install.ts'
import { startOpenBao } from './openbao.ts'
import { startPostgres } from './postgres.ts'
import type { Server } from './server.ts'
import { OWNER, PREFIX, sweepAbandonedLabs } from './sweep.ts'

export interface RunningLab {
  readonly file: string // JSON for index.ts, its path goes into LAB_FILE
  readonly startMs: number
  /** The names of the servers that would not stop. */
  stop(): Promise<readonly string[]>
}

export async function startLab(say: (text: string) => void): Promise<RunningLab> {
  const { python, bao, sops } = await installPrograms(say)
  sweepAbandonedLabs()
  const folder = mkdtempSync(PREFIX)
  writeFileSync(`${folder}/${OWNER}`, String(process.pid))
  const begun = performance.now()
  const results = await Promise.allSettled([
    startOpenBao(bao, folder),
    startAws(python, folder),
    startPostgres(folder),
  ])
  const servers = results.flatMap(result => (result.status === 'fulfilled' ? result.value.servers : []))
  const stop = () => stopAll(servers, folder)
  const [openbao, aws, postgres] = results
  if (openbao.status !== 'fulfilled' || aws.status !== 'fulfilled' || postgres.status !== 'fulfilled') {
    await stop()
    throw results.find(result => result.status === 'rejected')?.reason
  }
  const { access } = openbao.value
  const lab: Lab = { ...access, aws: aws.value.access, postgres: postgres.value.access, sops, python }
  const file = `${folder}/lab.json`
  writeFileSync(file, JSON.stringify(lab), { mode: 0o600 })
  return { file, startMs: Math.round(performance.now() - begun), stop }
}

async function stopAll(servers: readonly Server[], folder: string): Promise<readonly string[]> {
  const stopped = await Promise.all(servers.map(async ({ name, stop }) => ({ name, isGone: await stop() })))
  rmSync(folder, { recursive: true, force: true })
  return stopped.filter(({ isGone }) => !isGone).map(({ name }) => name)
}
