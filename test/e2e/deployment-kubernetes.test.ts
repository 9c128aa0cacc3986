/** examples/kubernetes: manifests by the API's schemas, and their pods, container by container. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { isRoot } from '../helpers/container.ts'
import { readDockerfile } from '../helpers/dockerfile.ts'
import { openKubernetesRole } from '../helpers/kubernetes-role.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { type Cluster, openPod } from '../helpers/pod.ts'
import { run } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openLab } from '../lab/index.ts'

const EXAMPLES = `${import.meta.dirname}/../../examples`
const KUBERNETES = `${EXAMPLES}/kubernetes`
const manifests = readdirSync(KUBERNETES).filter(name => name.endsWith('.yaml'))

const PASSWORD = 'planted-"kubernetes"-password'
const IMAGES = {
  'shop:1.0': readDockerfile(`${EXAMPLES}/docker/Dockerfile`, `${EXAMPLES}/docker/`, 'slim'),
  'secwrap:0.1.0': readDockerfile(`${KUBERNETES}/Dockerfile`, `${KUBERNETES}/`),
}
const withRoot = testWith(isRoot, 'root')

async function validate(file: string): Promise<readonly [number | null, string]> {
  const { exitCode, stdout, stderr } = await run(
    [openLab().python, '-m', 'kubernetes_validate', '--strict', '--quiet', file],
    {},
  )
  return [exitCode, stdout + stderr]
}

describe('manifests', () => {
  test.each(manifests)('%s is what the API takes', async name => {
    expect(await validate(`${KUBERNETES}/${name}`)).toEqual([0, ''])
  })

  test('a word that the API does not know is found', async () => {
    using folder = createFolder()
    const text = readFileSync(`${KUBERNETES}/entry-point.yaml`, 'utf8').replace('runAsNonRoot', 'runAsNoRoot')
    const [exitCode, told] = await validate(folder.write('pod.yaml', text))
    expect([exitCode, told]).toEqual([1, expect.stringContaining("'runAsNoRoot' was unexpected")])
  })

  test.each(manifests)('%s: no container may write its root, or has a right', name => {
    using pod = openPod(`${KUBERNETES}/${name}`, { images: {}, files: {}, env: {} })
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    for (const { securityContext } of containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      })
    }
  })
})

withRoot('entry-point.yaml: the app has the secret of its volume, and is PID 1', async () => {
  const cluster = { images: IMAGES, files: { shop: { db_password: PASSWORD } }, env: { PORT: '0' } }
  using pod = openPod(`${KUBERNETES}/entry-point.yaml`, cluster)
  await using app = pod.start('shop')
  const [, port] = await app.says(/listening on (\d+) as pid 1\n/)
  expect(await ask(port)).toBe(`pid 1, password of ${PASSWORD.length} characters\n`)
})

async function ask(port = ''): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
  return response.text()
}

const RULES = 'path "secret/data/shop/pod" { capabilities = ["read"] }'
const store = (password: string) => ({ data: { db_password: password } })

/** A cluster whose Vault has the password, and lets the service account `shop` read it. */
async function openCluster(account = 'shop') {
  const role = await openKubernetesRole(RULES)
  await role.vault.call('POST', 'secret/data/shop/pod', store(PASSWORD))
  const cluster: Cluster = {
    images: IMAGES,
    files: { vault: { token: role.tokenOf(account) } },
    env: { PORT: '0', ...role.env },
  }
  return { role, cluster }
}

describe('init-container.yaml', () => {
  const FILE = `${KUBERNETES}/init-container.yaml`

  withRoot('the file is there before the app starts, and the app finds its password in it', async () => {
    const { role, cluster } = await openCluster()
    await using _ = role
    using pod = openPod(FILE, cluster)
    await using init = pod.start('secwrap')
    expect([await init.end, init.output()]).toEqual([[0, null], ''])
    await using app = pod.start('shop')
    const [, port] = await app.says(/listening on (\d+)/)
    expect(await ask(port)).toBe(`pid 1, password of ${PASSWORD.length} characters\n`)
    expect(findLeaks([PASSWORD], app.output())).toEqual([])
  })

  withRoot('another service account: the pod does not start, and its file is not there', async () => {
    const { role, cluster } = await openCluster('other')
    await using _ = role
    using pod = openPod(FILE, cluster)
    await using init = pod.start('secwrap')
    expect([await init.end, init.output()]).toEqual([[77, null], expect.stringContaining('[DENIED]')])
  })
})

/** What the manifests wait for a minute for, each second; and probes where no other test can be in the way. */
const SOONER = {
  '--interval=60': '--interval=1',
  '--listen=0.0.0.0:9464': '--listen=unix:/secrets/.probes',
}

/** Status of a path at a socket; 0 while nobody listens. */
async function probe(socketPath: string, path: string): Promise<number> {
  try {
    const [response] = (await once(request({ socketPath, path, agent: false }).end(), 'response')) as [
      IncomingMessage,
    ]
    response.resume()
    return response.statusCode ?? 0
  } catch {
    return 0
  }
}

async function untilReady(socketPath: string): Promise<void> {
  const end = Date.now() + 10_000
  while ((await probe(socketPath, '/readyz')) !== 200) {
    if (Date.now() > end) throw new Error('not ready')
    await new Promise(done => setTimeout(done, 50))
  }
}

describe.each([
  ['native-sidecar.yaml', []],
  ['sidecar.yaml', ['secwrap-init']],
])('%s', (name, before) => {
  withRoot('the app gets a changed password without a restart', async () => {
    const { role, cluster } = await openCluster()
    await using _ = role
    using pod = openPod(`${KUBERNETES}/${name}`, { ...cluster, args: SOONER })
    for (const init of before) {
      await using container = pod.start(init)
      expect([await container.end, container.output()]).toEqual([[0, null], ''])
    }
    await using sidecar = pod.start('secwrap')
    await untilReady(`${pod.folderOf('secrets')}/.probes`)
    await using app = pod.start('shop')
    const [, port] = await app.says(/listening on (\d+)/)
    expect(await ask(port)).toContain(`password of ${PASSWORD.length} characters`)

    await role.vault.call('POST', 'secret/data/shop/pod', store(`${PASSWORD}-2`))
    await app.says(/password read again/)
    expect(await ask(port)).toContain(`password of ${PASSWORD.length + 2} characters`)
    expect(await probe(`${pod.folderOf('secrets')}/.probes`, '/healthz')).toBe(200)
    sidecar.kill('SIGTERM')
    expect(await sidecar.end).toEqual([0, null])
    expect(findLeaks([PASSWORD], sidecar.output() + app.output())).toEqual([])
  })
})
