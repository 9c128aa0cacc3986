/** Docker's own engine, for one test file: in namespaces of its own, so nothing of it is left, and nothing of yours seen. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openLab } from '../lab/index.ts'
import type { DockerImage } from './dockerfile.ts'
import { run } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'
import { childrenOf, startProgram } from './watched-run.ts'

const DOCKERD = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find(existsSync)
const START_WITHIN_MS = 30_000 // on two cores that also build
const STOP_WITHIN_MS = 20_000
/** Debian's has BuildKit in it; that of newer releases wants another program for it. */
const CLIENT = '/usr/bin/docker'
export const canRunDocker = DOCKERD !== undefined && existsSync(CLIENT) && process.getuid?.() === 0

export interface Engine extends AsyncDisposable {
  /** Standard output and standard error of `docker …`. @throws Error with both, where it fails. */
  docker(...args: readonly string[]): Promise<string>
  compose(...args: readonly string[]): Promise<string>
  /** Makes an image of a folder, which starts as a Dockerfile says. */
  importImage(name: string, root: string, image: Pick<DockerImage, 'config'>): Promise<void>
  /** Builds with BuildKit. @returns what it printed. */
  build(
    context: string,
    name: string,
    flags: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** Layers, history and configuration of an image in one file, nothing compressed. */
  archiveOf(name: string): Promise<string>
}

/** Networks, mounts and processes of its own; the end of the first process is the end of all containers. */
const NAMESPACES = ['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child']

export async function startEngine(): Promise<Engine> {
  const folder = createFolder()
  const host = `unix://${folder.path}/docker.sock`
  const flags = [
    ...['--data-root', `${folder.path}/data`, '--exec-root', `${folder.path}/exec`],
    ...['--pidfile', `${folder.path}/pid`, '--host', host, '--storage-driver', 'vfs'],
    ...['--bridge=none', '--iptables=false', '--ip-forward=false', '--default-ulimit', 'nofile=1024:4096'],
  ]
  const script = `ip link set lo up; exec ${DOCKERD ?? 'dockerd'} "$@"`
  const path = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
  const daemon = startProgram(
    ['unshare', ...NAMESPACES, 'sh', '-c', script, 'sh', ...flags],
    folder.path,
    path,
  )
  const env = { DOCKER_HOST: host, HOME: folder.path }
  const call = async (argv: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { exitCode, stdout, stderr } = await run(argv, { env: { ...env, ...more } })
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stdout}${stderr}`)
    return stdout + stderr
  }
  await daemon.says(/API listen on /, START_WITHIN_MS)
  return {
    docker: (...args) => call(['docker', ...args]),
    compose: (...args) => call([`${dirname(openLab().python)}/docker-compose`, ...args]),
    build: (context, name, flags, more = {}) =>
      call([CLIENT, 'build', '--progress', 'plain', '--network', 'none', '--tag', name, ...flags, context], {
        ...more,
        DOCKER_BUILDKIT: '1',
      }),
    async archiveOf(name) {
      const file = `${folder.path}/saved.tar`
      await call(['docker', 'save', '--output', file, name])
      return file
    },
    async importImage(name, root, { config }) {
      const changes = [
        `ENTRYPOINT ${JSON.stringify(config.entryPoint)}`,
        `CMD ${JSON.stringify(config.command)}`,
        `USER ${config.user}:${config.user}`,
        `WORKDIR ${config.folder}`,
      ]
      const archive = `${folder.path}/image.tar`
      await call(['tar', '--create', '--file', archive, '--directory', root, '.'])
      await call(['docker', 'import', ...changes.flatMap(line => ['--change', line]), archive, name])
    },
    async [Symbol.asyncDispose]() {
      // In order first, so that the containers' cgroups are removed.
      for (const pid of childrenOf(daemon.pid)) process.kill(pid, 'SIGTERM')
      await Promise.race([daemon.end, setTimeout(STOP_WITHIN_MS, undefined, { ref: false })])
      await daemon[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
