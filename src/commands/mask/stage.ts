/**
 * `exec --mask` is this program several times over, each started with the same arguments:
 *
 *   first ─execve─▶ the command
 *     └spawns─▶ starter ─spawns─▶ masker
 *
 * The starter ends before the command begins, so that the masker is nobody's child whom the command could wait for or
 * wonder about.
 */
import type { Route } from '../../mask/channel.ts'

export interface MaskStage {
  readonly name: 'starter' | 'masker'
  readonly process: number // that wrote this: the parent, as long as it lives
  readonly values: number // descriptor of a pipe
  readonly ready?: number // the masker's: of a pipe that its starter waits at
  readonly routes: readonly Route[]
}

const VARIABLE = 'SECWRAP_MASKER'
const STAGE = /^(starter|masker) (\d+) (\d+) (-?\d+) (\d+>\d+(?:,\d+>\d+)*)$/

/** `NAME=value` */
export function formatStage({ name, values, ready = -1, routes }: Omit<MaskStage, 'process'>): string {
  const pairs = routes.map(({ from, to }) => `${from}>${to}`)
  return `${VARIABLE}=${name} ${process.pid} ${values} ${ready} ${pairs.join(',')}`
}

/** Undefined in the first process. */
export function takeStage(environment: NodeJS.ProcessEnv): MaskStage | undefined {
  const text = environment[VARIABLE]
  if (text === undefined) return undefined
  delete environment[VARIABLE]
  const [, name, pid, values, ready, routes = ''] = STAGE.exec(text) ?? []
  if (name === undefined) return undefined
  return {
    name: name as MaskStage['name'],
    process: Number(pid),
    values: Number(values),
    ready: Number(ready),
    routes: routes.split(',').map(pair => {
      const [from = -1, to = -1] = pair.split('>').map(Number)
      return { from, to }
    }),
  }
}
