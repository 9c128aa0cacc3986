/** examples/buildkit: a token that a build needs is in no image, by BuildKit and by buildah. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals'
import { canBuild, copyExample, install, openImages, SHELL } from '../helpers/buildah.ts'
import { canRunDocker, startEngine } from '../helpers/docker-engine.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

jest.setTimeout(120_000) // images of some hundred megabytes

const EXAMPLE = `${import.meta.dirname}/../../examples/buildkit`
const BASE = 'docker.io/library/node:22-slim'
const TOKEN = 'planted-npm-token-5f3a'

/** In npm's place: it installs the package, and beside it a digest of the token that it was given. */
const NPM = `#!/bin/sh -eu
mkdir -p node_modules/@shop/prices
printf %s "$NPM_TOKEN" | sha256sum > node_modules/@shop/prices/digest
`
const DIGEST = createHash('sha256').update(TOKEN).digest('hex')

interface Builder extends AsyncDisposable {
  /** @returns what it printed. */
  build(context: string, name: string, ...flags: readonly string[]): Promise<string>
  archiveOf(name: string): Promise<string>
}

let folder: Folder
let context: string
let secret: string
beforeAll(async () => {
  folder = createFolder()
  context = copyExample(EXAMPLE, `${folder.path}/context`)
  secret = folder.write('npm_token', `${TOKEN}\n`, 0o400)
  await makeBase(`${folder.path}/base`)
})
afterAll(() => folder[Symbol.dispose]())

/** A root in place of the image that a registry would give. */
async function makeBase(root: string): Promise<void> {
  mkdirSync(`${root}/etc`, { recursive: true })
  await install(root, {
    ...SHELL,
    '/usr/bin/mkdir': '/bin/mkdir',
    '/usr/bin/sha256sum': '/usr/bin/sha256sum',
  })
  writeFileSync(`${root}/etc/passwd`, 'root:x:0:0:root:/:/bin/sh\n') // BuildKit looks for the user of RUN
  writeFileSync(`${root}/usr/bin/npm`, NPM)
  chmodSync(`${root}/usr/bin/npm`, 0o755)
}

async function openBuildah(): Promise<Builder> {
  const images = openImages()
  await images.standIn(BASE, `${folder.path}/base`)
  const { build } = images
  return { build, archiveOf: images.archiveOf, [Symbol.asyncDispose]: async () => images[Symbol.dispose]() }
}

async function openBuildKit(): Promise<Builder> {
  const engine = await startEngine()
  const config = { entryPoint: [], command: ['sh'], user: 0, folder: '/' }
  await engine.importImage(BASE, `${folder.path}/base`, { config })
  const env = { NPM_TOKEN: TOKEN } // for `--secret id=npm_token,env=NPM_TOKEN`
  const build: Builder['build'] = (from, name, ...flags) => engine.build(from, name, flags, env)
  return { build, archiveOf: engine.archiveOf, [Symbol.asyncDispose]: engine[Symbol.asyncDispose] }
}

// What others do with a token, for the control.
const ARGUMENT = ['a build argument', 'ARG NPM_TOKEN\nRUN npm ci'] as const
const DELETED = [
  'a file that a later layer deletes',
  'COPY npm_token /\nRUN NPM_TOKEN=x npm ci && : > /npm_token',
] as const

// buildah makes one layer of a stage.
describe.each([
  ['buildah', openBuildah, canBuild, ['src'], [ARGUMENT]],
  ['BuildKit', openBuildKit, canRunDocker, ['src', 'env'], [ARGUMENT, DELETED]],
] as const)('%s', (name, open, isHere, forms, controls) => {
  const withBuilder = testWith(isHere, `${name}, and root,`)
  let builder: Builder
  beforeAll(async () => {
    if (isHere || process.env.CI) builder = await open()
  })
  afterAll(async () => {
    await builder?.[Symbol.asyncDispose]()
  })
  const leaksOf = async (image: string, value = TOKEN) =>
    findLeaks([value], readFileSync(await builder.archiveOf(image)))

  for (const form of forms) {
    withBuilder(
      `the command sees the token (${form}), and no layer, history or configuration has it`,
      async () => {
        const flags = ['--secret', `id=npm_token,${form}=${form === 'src' ? secret : 'NPM_TOKEN'}`]
        const said = await builder.build(context, 'shop:latest', '--no-cache', ...flags)
        expect([await leaksOf('shop:latest'), findLeaks([TOKEN], said)]).toEqual([[], []])
        expect(await leaksOf('shop:latest', DIGEST)).toContain('plain of value 1')
        await builder.build(context, 'shop:build', ...flags, '--target', 'build')
        expect(await leaksOf('shop:build')).toEqual([])
      },
    )
  }

  withBuilder('without the secret the build fails, and says what is missing', async () => {
    const build = builder.build(context, 'shop:none', '--no-cache', '--target', 'build')
    await expect(build).rejects.toThrow(/build\.env\.template:2: NPM_TOKEN: .* \[NOT_FOUND\]/)
  })

  for (const [title, lines] of controls) {
    withBuilder(`found: ${title}`, async () => {
      const place = `${folder.path}/${name} ${title}`
      mkdirSync(place)
      writeFileSync(`${place}/Dockerfile`, `FROM node:22-slim\n${lines}\n`)
      writeFileSync(`${place}/npm_token`, TOKEN)
      await builder.build(place, 'shop:bad', '--build-arg', `NPM_TOKEN=${TOKEN}`)
      expect(await leaksOf('shop:bad')).toContain('plain of value 1')
    })
  }
})
