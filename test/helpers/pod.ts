/** A pod of a manifest: each of its containers as container.ts runs it, with volumes as Kubernetes lays them out. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { type Container, type ImageConfig, startContainer } from './container.ts'
import type { DockerImage } from './dockerfile.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Files
  readonly spec?: { readonly template: { readonly spec: PodSpec } }
}

type Files = Readonly<Record<string, string>>

export interface PodSpec {
  readonly shareProcessNamespace?: boolean
  readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number }
  readonly initContainers?: readonly ContainerSpec[]
  readonly containers: readonly ContainerSpec[]
  readonly volumes: readonly Volume[]
}

export interface ContainerSpec {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly volumeMounts: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
  }[]
  readonly [key: string]: unknown
}

interface Volume {
  readonly name: string
  readonly configMap?: { readonly name: string }
  readonly emptyDir?: { readonly medium: string }
  readonly secret?: { readonly secretName: string }
  readonly projected?: unknown
}

/** What a cluster has that a manifest only names. */
export interface Cluster {
  readonly images: Readonly<Record<string, DockerImage>>
  readonly files: Readonly<Record<string, Files>> // of a secret, or of a volume of tokens
  readonly env: Readonly<Record<string, string>> // instead of the manifest's
  readonly args?: Readonly<Record<string, string>> // what stands for an argument of the manifest
}

export interface Pod extends Disposable {
  readonly spec: PodSpec
  /** Where a volume in memory is. */
  folderOf(volume: string): string
  start(name: string): Container
}

export function openPod(file: string, cluster: Cluster): Pod {
  const manifests = parseAllDocuments(readFileSync(file, 'utf8')).map(each => each.toJS() as Manifest)
  const spec = manifests.find(({ kind }) => kind === 'Deployment')?.spec?.template.spec
  if (!spec) throw new Error(`${file}: no deployment`)
  const memory = mkdtempSync('/dev/shm/secwrap-pod-') // emptyDir: { medium: Memory }
  chmodSync(memory, 0o755)
  const mountOf = new Map(
    spec.volumes.map(volume => [volume.name, layOut(volume, manifests, spec, cluster, memory)]),
  )
  return {
    spec,
    folderOf: volume => `${memory}/${volume}`,
    start(name) {
      const container = [...(spec.initContainers ?? []), ...spec.containers].find(each => each.name === name)
      const image = cluster.images[container?.image ?? '']
      if (!container || !image) throw new Error(`${file}: no container ${name}, or no image for it`)
      const mounts = container.volumeMounts.map(({ name: volume, mountPath, readOnly }) => ({
        ...(mountOf.get(volume) ?? { files: {} }),
        target: mountPath,
        writable: !readOnly,
      }))
      const env = Object.fromEntries((container.env ?? []).map(each => [each.name, each.value]))
      return startContainer(configOf(container, image, spec, cluster), {
        mounts: [...image.files, ...mounts],
        env: { ...env, ...pick(cluster.env, Object.keys(env)) },
        ...(spec.shareProcessNamespace && { sharesProcesses: true }),
      })
    },
    [Symbol.dispose]: () => rmSync(memory, { recursive: true, force: true }),
  }
}

/** `command` takes the place of ENTRYPOINT and CMD, `args` that of CMD. */
function configOf(
  { command, args: given }: ContainerSpec,
  { config }: DockerImage,
  spec: PodSpec,
  { args: replaced = {} }: Cluster,
): ImageConfig {
  const args = given?.map(word => replaced[word] ?? word)
  const user = spec.securityContext.runAsUser
  if (command) return { ...config, user, entryPoint: command, command: args ?? [] }
  return { ...config, user, command: args ?? config.command }
}

type Source = { readonly source: string } | { readonly files: Files }

function layOut(
  { name, configMap, emptyDir, secret }: Volume,
  manifests: readonly Manifest[],
  { securityContext }: PodSpec,
  cluster: Cluster,
  memory: string,
): Source {
  const folder = `${memory}/${name}`
  if (configMap) {
    const map = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap.name,
    )
    return { source: layOutMap(folder, map?.data ?? {}) }
  }
  if (!emptyDir) return { files: cluster.files[secret?.secretName ?? name] ?? {} }
  mkdirSync(folder)
  chownSync(folder, 0, securityContext.fsGroup)
  chmodSync(folder, 0o2777)
  return { source: folder }
}

/** Files are links through `..data` to a generation, as the kubelet makes them. */
function layOutMap(folder: string, data: Files): string {
  mkdirSync(`${folder}/..generation`, { recursive: true })
  symlinkSync('..generation', `${folder}/..data`)
  for (const [name, text] of Object.entries(data)) {
    writeFileSync(`${folder}/..generation/${name}`, text)
    symlinkSync(`..data/${name}`, `${folder}/${name}`)
  }
  return folder
}

const pick = (values: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)))
