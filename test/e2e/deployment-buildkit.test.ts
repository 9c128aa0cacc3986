/** examples/buildkit: a token that a build needs is in no image. */
import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, jest } from '@jest/globals'
import { canBuild, copyExample, type Images, install, openImages, SHELL } from '../helpers/buildah.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'

jest.setTimeout(120_000) // images of some hundred megabytes

const EXAMPLE = `${import.meta.dirname}/../../examples/buildkit`
const TOKEN = 'planted-npm-token-5f3a'
const withBuildah = testWith(canBuild, 'buildah, and root,')

/** In npm's place: it installs the package, and beside it a digest of the token that it was given. */
const NPM = `#!/bin/sh -eu
mkdir -p node_modules/@shop/prices
printf %s "$NPM_TOKEN" | sha256sum > node_modules/@shop/prices/digest
`

let images: Images
let flags: readonly string[]
beforeAll(async () => {
  if (!canBuild && !process.env.CI) return
  images = openImages()
  const base = images.folder('base')
  await install(base, {
    ...SHELL,
    '/usr/bin/mkdir': '/bin/mkdir',
    '/usr/bin/sha256sum': '/usr/bin/sha256sum',
  })
  writeFileSync(`${base}/usr/bin/npm`, NPM)
  chmodSync(`${base}/usr/bin/npm`, 0o755)
  await images.standIn('docker.io/library/node:22-slim', base)
  copyExample(EXAMPLE, images.folder('context'))
  const secret = `${images.folder('secrets')}/npm_token`
  writeFileSync(secret, `${TOKEN}\n`, { mode: 0o400 })
  flags = ['--layers', '--secret', `id=npm_token,src=${secret}`]
})
afterAll(() => images?.[Symbol.dispose]())

const leaksOf = async (name: string) => findLeaks([TOKEN], readFileSync(await images.archiveOf(name)))

withBuildah(
  'npm sees the token, and no layer, history or configuration of the two stages has it',
  async () => {
    const context = images.folder('context')
    const said = await images.build(context, 'shop:latest', ...flags)
    await images.build(context, 'shop:build', ...flags, '--target', 'build')
    const digest = readFileSync(
      `${await images.rootOf('shop:latest')}/app/node_modules/@shop/prices/digest`,
      'utf8',
    )
    expect(digest.split(' ')[0]).toBe(createHash('sha256').update(TOKEN).digest('hex'))
    expect([await leaksOf('shop:latest'), await leaksOf('shop:build'), findLeaks([TOKEN], said)]).toEqual([
      [],
      [],
      [],
    ])
  },
)

withBuildah('without the secret the build fails, and says what is missing', async () => {
  const build = images.build(images.folder('context'), 'shop:none', '--no-cache', '--target', 'build')
  await expect(build).rejects.toThrow(/build\.env\.template:2: NPM_TOKEN: .* \[NOT_FOUND\]/)
})

// The control: what others do with a token is found in the same way.
for (const [title, lines] of [
  ['a build argument', 'ARG NPM_TOKEN\nRUN npm ci'],
  [
    'a file that a later layer deletes',
    'COPY npm_token /\nRUN npm_token= NPM_TOKEN=x npm ci && : > /npm_token',
  ],
] as const) {
  withBuildah(`found: ${title}`, async () => {
    const context = images.folder(`bad ${title}`)
    writeFileSync(`${context}/Dockerfile`, `FROM node:22-slim\n${lines}\n`)
    writeFileSync(`${context}/npm_token`, TOKEN)
    await images.build(context, 'shop:bad', '--layers', '--build-arg', `NPM_TOKEN=${TOKEN}`)
    expect(await leaksOf('shop:bad')).toContain('plain of value 1')
  })
}
