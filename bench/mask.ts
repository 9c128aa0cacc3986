/** `exec --mask`: how fast a command's output goes through, with and without values in it. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Bound } from './bounds.ts'
import type { Judged } from './results.ts'
import type { Row, Site } from './rows.ts'
import { LEAST_MASKED_MIB_S } from './scenarios.ts'

const PART_MIB = 32
const LINE_BYTES = 128
const LINES = (PART_MIB * 2 ** 20) / LINE_BYTES

interface Output {
  readonly what: string
  readonly linesPerValue: number // 0: none has one
  readonly parts: number // of 32 MiB
}

const OUTPUTS: readonly Output[] = [
  { what: 'without values', linesPerValue: 0, parts: 16 },
  { what: 'with a value in each 100th line', linesPerValue: 100, parts: 16 },
  { what: 'with a value in each line', linesPerValue: 1, parts: 4 },
]

/** @param row - `exec -- true` of the scenario whose values are masked. */
export function measureMask(row: Row, { memory }: Site): Judged {
  const part = `${memory}/output`
  const bounds = OUTPUTS.flatMap(output => {
    writeFileSync(part, makeOutput(output))
    return [speedOf(row, part, output), mistakesOf(row, part, output)]
  })
  return { name: row.name.replace(/: .*/, ': mask'), failed: 0, bounds }
}

function speedOf(row: Row, part: string, { what, parts }: Output): Bound {
  const started = performance.now()
  run(row, Array(parts).fill(part), 'cat >/dev/null')
  const value = (parts * PART_MIB) / ((performance.now() - started) / 1_000)
  return { what: `MiB/s ${what}`, value, limit: LEAST_MASKED_MIB_S, isLeast: true }
}

/** Fast, and right: every line comes out, those with a value with a mark instead. */
function mistakesOf(row: Row, part: string, { linesPerValue }: Output): Bound {
  const count = `awk '/${VALUE}/ { leaks++ } /[[]masked]/ { marks++ } END { print NR, leaks + 0, marks + 0 }'`
  const expected = linesPerValue > 0 ? Math.ceil(LINES / linesPerValue) : 0
  const [lines = 0, leaks = 0, marks = 0] = run(row, [part], count).split(' ').map(Number)
  const value = Math.abs(lines - LINES) + leaks + Math.abs(marks - expected)
  return { what: 'wrong lines', value, limit: 0, exact: true }
}

/** The last words can come after the command's end, so the reader at the end of the pipe is waited for. */
function run({ files: [file = ''], args, env, cwd }: Row, parts: readonly string[], reader: string): string {
  const own = [file, ...args.slice(0, args.indexOf('--')), '--mask', '--', 'cat', ...parts]
  const script = `"$@" | ${reader}`
  const { stdout } = spawnSync('/bin/sh', ['-c', script, 'sh', ...own], { env, cwd, encoding: 'utf8' })
  return stdout
}

const VALUE = 'value-of-'

function makeOutput({ linesPerValue }: Output): string {
  const lines = Array.from({ length: LINES }, (_, index) => {
    const hasValue = linesPerValue > 0 && index % linesPerValue === 0
    const value = hasValue ? ` by ${VALUE}/prod/app/parameter-${index % 20}` : ''
    return `${`request ${index} took ${index % 977} ms${value}`.padEnd(LINE_BYTES - 1, '.')}\n`
  })
  return lines.join('')
}
