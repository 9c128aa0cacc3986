import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Row } from './rows.ts'

export interface Samples {
  readonly wallMs: readonly number[]
  readonly cpuMs: readonly number[] // user and system
  readonly maxRssKiB: readonly number[]
  readonly pageFaults: readonly number[] // that needed no disk
  readonly failed: number // runs that did not end with 0
}

const MAX_BYTES = 256 * 1024 * 1024

/** Runs all rows in turn, `warmup` rounds unmeasured and `rounds` measured; samples come by the row's name. */
export function measure(rows: readonly Row[], rounds: number, warmup = 2): Readonly<Record<string, Samples>> {
  const script = fileURLToPath(new URL('measure.py', import.meta.url))
  const input = JSON.stringify({ rounds, warmup, rows })
  return JSON.parse(execFileSync('python3', [script], { input, encoding: 'utf8', maxBuffer: MAX_BYTES }))
}

/** What one run says about itself: `boot=1.9 parse=0.2 …` in milliseconds, in order. */
export function readSteps({ files: [file = ''], args, env, cwd }: Row): Readonly<Record<string, number>> {
  const { stderr } = spawnSync(file, args, { env: { ...env, SECWRAP_TIMING: '1' }, cwd, encoding: 'utf8' })
  const [, line = ''] = /^secwrap: timing: (.*)$/m.exec(stderr) ?? []
  const steps = [...line.matchAll(/(\w+)=([\d.]+)/g)]
  return Object.fromEntries(steps.map(([, step = '', ms]) => [step, Number(ms)]))
}
