/** examples/docker: what its Dockerfile starts as a container runs it, and the same from images that are built of it. */
import { chmodSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { canBuild, copyExample, type Images, install, NODE, openImages, SHELL } from '../helpers/buildah.ts'
import {
  type ContainerOptions,
  type ImageConfig,
  isRoot,
  runContainer,
  startContainer,
  TELL_RIGHTS,
} from '../helpers/container.ts'
import { readDockerfile } from '../helpers/dockerfile.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findProgram, testWith } from '../helpers/needs.ts'
import { COMPILED, run } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openLab } from '../lab/index.ts'

jest.setTimeout(120_000) // images of some hundred megabytes

const EXAMPLES = `${import.meta.dirname}/../../examples`
const EXAMPLE = `${EXAMPLES}/docker/`
const PASSWORD = 'planted-docker-password'
const SECRETS = { target: '/run/secrets', files: { db_password: `${PASSWORD}\n` } }
const NONE = '0000000000000000'

const slim = readDockerfile(`${EXAMPLE}Dockerfile`, EXAMPLE, 'slim')
const distroless = readDockerfile(`${EXAMPLE}Dockerfile`, EXAMPLE)

describe('as the Dockerfile says', () => {
  const withRoot = testWith(isRoot, 'root')
  const started = (...command: string[]) => ({ ...slim.config, command })

  for (const [name, { config, files }] of Object.entries({ slim, distroless })) {
    const node = { target: '/nodejs/bin/node', source: NODE }
    withRoot(`${name}: the app is PID 1, has the secret, and ends by itself on SIGTERM`, () =>
      expectShop(config, { mounts: [...files, SECRETS, node] }),
    )
  }

  withRoot('the command is an account without rights, in a root that can not be written', async () => {
    const options = { mounts: [...slim.files, SECRETS] }
    const { exitCode, output } = await runContainer(started('sh', '-c', TELL_RIGHTS), options)
    const told = Object.fromEntries(output.trimEnd().split('\n').map(splitFact))
    const capabilities = { CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapBnd: NONE, CapAmb: NONE }
    expect([exitCode, told]).toEqual([
      0,
      { pid: '1', Uid: '10001', Groups: '', ...capabilities, NoNewPrivs: '1', written: 'no' },
    ])
  })

  withRoot('--watch needs no more', async () => {
    const watching = { ...slim.config, entryPoint: ['secwrap', 'exec', '--watch', '--'] }
    const command = ['sh', '-c', 'touch /app/file || echo "as user $(id -u), pid $$, below $PPID"']
    const { exitCode, output } = await runContainer(
      { ...watching, command },
      { mounts: [...slim.files, SECRETS] },
    )
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/^as user 10001, pid \d+, below 1$/m)])
  })

  withRoot('an image without glibc can not start it', async () => {
    using root = createFolder()
    chmodSync(root.path, 0o755)
    const secwrap = { target: '/usr/local/bin/secwrap', source: COMPILED.argv[0] ?? '' }
    const image = { ...slim.config, folder: '/' }
    const { exitCode, output } = await runContainer(image, { root: root.path, mounts: [secwrap] })
    expect([exitCode, output]).toEqual([
      1,
      expect.stringContaining("No such file or directory: '/usr/local/bin/secwrap'"),
    ])
  })

  withRoot('a secret that is not mounted: nothing is started', async () => {
    const { exitCode, output } = await runContainer(started('echo', 'started'), { mounts: slim.files })
    expect([exitCode, output]).toEqual([
      66,
      expect.stringMatching(/^secwrap: error: \.env\.template:4: DB_PASSWORD: .* \[NOT_FOUND\]\n/),
    ])
    expect(output).not.toContain('started')
  })

  withRoot("the exit code is the command's", async () => {
    const options = { mounts: [...slim.files, SECRETS] }
    expect(await runContainer(started('sh', '-c', 'exit 42'), options)).toEqual({ exitCode: 42, output: '' })
  })
})

describe('as images', () => {
  const withBuildah = testWith(canBuild, 'buildah, and root,')
  let images: Images
  beforeAll(async () => {
    if (!canBuild && !process.env.CI) return
    images = openImages()
    await standInForBases(images)
    copyExample(EXAMPLE, images.folder('context'))
  })
  afterAll(() => images?.[Symbol.dispose]())

  for (const [name, flags, { config }] of [
    ['slim', ['--target', 'slim'], slim],
    ['distroless', [], distroless],
  ] as const) {
    withBuildah(`${name}: it is built, and starts`, async () => {
      const tag = `shop:${name}`
      await images.build(images.folder('context'), tag, ...flags)
      expect(await images.configOf(tag)).toEqual(config)
      await expectShop(await images.configOf(tag), { root: await images.rootOf(tag), mounts: [SECRETS] })
    })
  }

  withBuildah('kubernetes: secwrap alone, where there is nothing but libraries', async () => {
    const context = copyExample(`${EXAMPLES}/kubernetes`, images.folder('alone'))
    await images.build(context, 'secwrap:0.1.0')
    const config = { ...(await images.configOf('secwrap:0.1.0')), command: ['--version'], user: 10001 }
    const { exitCode, output } = await runContainer(config, { root: await images.rootOf('secwrap:0.1.0') })
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)])
  })
})

test.each(['docker', 'buildkit', 'kubernetes'])('hadolint finds nothing in %s', async name => {
  const { exitCode, stdout } = await lint(`${EXAMPLES}/${name}/Dockerfile`)
  expect([exitCode, stdout]).toEqual([0, ''])
})

test('hadolint finds a secret in an argument', async () => {
  using folder = createFolder()
  const file = folder.write('Dockerfile', 'FROM node:22-slim\nARG NPM_TOKEN\n')
  expect((await lint(file)).stdout).toContain('DL3064')
})

const lint = (file: string) => run([`${dirname(openLab().python)}/hadolint`, '--no-color', file], {})

const splitFact = (line: string) => line.split(/:?\s+/, 2)

/** Starts the shop, asks it for its page, and ends it as `docker stop` does. */
async function expectShop(config: ImageConfig, options: ContainerOptions): Promise<void> {
  await using container = startContainer(config, { ...options, env: { PORT: '0' } })
  const [, port = ''] = await container.says(/listening on (\d+) as pid 1\n/)
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
  expect(await response.text()).toBe(`pid 1, password of ${PASSWORD.length} characters\n`)
  container.kill('SIGTERM')
  expect(await container.end).toEqual([0, null])
  expect(findLeaks([PASSWORD], container.output())).toEqual([])
}

/** Roots with this machine's node, in place of what a registry would give; the second has no shell. */
async function standInForBases(images: Images): Promise<void> {
  const npm = dirname(dirname(realpathSync(findProgram('npm') ?? '')))
  const [withShell, without] = [images.folder('slim'), images.folder('distroless')]
  await install(withShell, { ...SHELL, '/usr/local/bin/node': NODE, '/usr/lib/npm': npm })
  symlinkSync('../../lib/npm/bin/npm-cli.js', `${withShell}/usr/local/bin/npm`)
  await install(without, { '/nodejs/bin/node': NODE })
  await install(images.folder('base'), {})
  await images.standIn('gcr.io/distroless/base-debian12:nonroot', images.folder('base'))
  await images.standIn('docker.io/library/node:22-slim', withShell)
  await images.standIn('gcr.io/distroless/nodejs22-debian12:nonroot', without)
}
