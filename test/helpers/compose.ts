/** What Compose makes of its files, and a service of theirs as a container. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { openLab } from '../lab/index.ts'
import type { Mount } from './container.ts'
import { run } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'

interface Granted {
  readonly source: string
  readonly target: string
  readonly uid?: string
  readonly gid?: string
  readonly mode?: string
}

interface Source {
  readonly file?: string
  readonly external?: boolean
}

type Sources = Readonly<Record<string, Source>>

export interface Service {
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly configs?: readonly Granted[]
  readonly secrets: readonly Granted[]
}

export interface Project {
  readonly services: Readonly<Record<string, Service>>
  readonly configs?: Sources
  readonly secrets: Sources
}

const compose = `${dirname(openLab().python)}/docker-compose`
export const hasCompose = existsSync(compose) // its package wants Python 3.11

/** `docker compose config`. What it says of Swarm's own keys is no problem. */
export async function configOf(
  files: readonly string[],
): Promise<{ readonly project: Project; readonly problems: string }> {
  const flags = files.flatMap(file => ['--file', file])
  const { stdout, stderr } = await run([compose, ...flags, 'config', '--format', 'json'], {})
  const project = JSON.parse(stdout || 'null') as Project
  return { project, problems: stderr.replace(/^.*( outside Swarm mode | in Swarm mode").*\n/gm, '') }
}

/** Exit code and standard error of `docker stack config`, which asks no daemon. */
export async function checkStack(files: readonly string[]): Promise<readonly [number | null, string]> {
  using folder = createFolder()
  const flags = files.flatMap(file => ['--compose-file', file])
  const { exitCode, stderr } = await run(['docker', '--config', folder.path, 'stack', 'config', ...flags], {})
  return [exitCode, stderr]
}

/** @param external - the values of the secrets that Swarm would have, by their names there. */
export function mountsOf(
  { services, configs = {}, secrets }: Project,
  name: string,
  external: Readonly<Record<string, string>>,
): readonly Mount[] {
  const { configs: grantedConfigs = [], secrets: grantedSecrets } = services[name] ?? { secrets: [] }
  const ofSwarm = grantedSecrets.filter(({ source }) => secrets[source]?.external)
  const files = Object.fromEntries(
    ofSwarm.map(({ source, target }) => [target.replace('/run/secrets/', ''), external[source] ?? '']),
  )
  return [
    ...filesOf(grantedConfigs, configs),
    ...filesOf(grantedSecrets, secrets),
    ...(ofSwarm.length > 0 ? [{ target: '/run/secrets', files }] : []),
  ]
}

function filesOf(granted: readonly Granted[], sources: Sources): readonly Mount[] {
  return granted.flatMap(({ source, target }) => {
    const { file } = sources[source] ?? {}
    return file === undefined ? [] : [{ target, source: file }]
  })
}
