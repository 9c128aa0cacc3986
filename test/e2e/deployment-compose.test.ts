/** examples/compose and examples/swarm: what Compose makes of their files, started as a container runs it. */
import { describe, expect } from '@jest/globals'
import { checkStack, configOf, hasCompose, mountsOf } from '../helpers/compose.ts'
import { isRoot, runContainer } from '../helpers/container.ts'
import { readDockerfile } from '../helpers/dockerfile.ts'
import { findProgram, testWith } from '../helpers/needs.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openLoginLab } from '../integration/vault/login-lab.ts'

const EXAMPLES = `${import.meta.dirname}/../../examples`
const inCompose = (name: string) => `${EXAMPLES}/compose/${name}`
const DEVELOPMENT = ['compose.yaml', 'compose.override.yaml'].map(inCompose)
const PRODUCTION = ['compose.yaml', 'compose.production.yaml'].map(inCompose)
const STACK = [`${EXAMPLES}/swarm/stack.yaml`]

const PASSWORD = 'planted-compose-password'
const API_KEY = 'planted-api-key'
const image = readDockerfile(`${EXAMPLES}/docker/Dockerfile`, `${EXAMPLES}/docker/`, 'slim')

const withCompose = testWith(hasCompose, 'Compose')
const withDocker = testWith(hasCompose && findProgram('docker') !== undefined, 'docker')
const withRoot = testWith(hasCompose && isRoot, 'root, or Compose,')

/** The environment that the shop sees, with these secrets of Swarm's, and instead of the files' own variables these. */
async function start(
  files: readonly string[],
  external: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const { project } = await configOf(files)
  const { user = '', environment = {} } = project.services.shop ?? {}
  const mounts = mountsOf(project, 'shop', external)
  const ofImage = image.files.filter(({ target }) => !mounts.some(mount => mount.target === target))
  const command = ['node', '-p', 'JSON.stringify(process.env)']
  const { exitCode, output } = await runContainer(
    { ...image.config, command, user: Number(user.split(':')[0]) },
    { mounts: [...ofImage, ...mounts], env: { ...environment, ...env } },
  )
  if (exitCode !== 0) throw new Error(output)
  return JSON.parse(output) as Record<string, string>
}

describe('the files', () => {
  for (const [name, files] of Object.entries({ DEVELOPMENT, PRODUCTION, STACK })) {
    withCompose(`${name}: Compose takes every line`, async () => {
      const { project, problems } = await configOf(files)
      expect(problems).toBe('')
      expect(project.services.shop).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'] })
    })
  }

  for (const [name, files] of Object.entries({ PRODUCTION, STACK })) {
    withDocker(`${name}: docker takes it as a stack`, async () => {
      expect(await checkStack(files)).toEqual([0, ''])
    })

    withCompose(`${name}: no secret comes from the repository`, async () => {
      const { secrets } = (await configOf(files)).project
      expect(Object.values(secrets).filter(({ external }) => !external)).toEqual([])
    })
  }

  withDocker('both refuse a key that they do not know', async () => {
    using folder = createFolder()
    const file = folder.write('stack.yaml', 'services:\n  shop:\n    image: x\n    readonly: true\n')
    expect((await configOf([file])).problems).toContain('services.shop.readonly')
    expect(await checkStack([file])).toEqual([1, expect.stringMatching(/additional propert.*readonly/i)])
  })

  withCompose('in Swarm the secret is readable for the app alone', async () => {
    const { user, secrets = [] } = (await configOf(STACK)).project.services.shop ?? {}
    expect(secrets.map(({ uid, gid, mode }) => [`${uid}:${gid}`, mode])).toEqual([[user, '0400']])
  })
})

describe('a start', () => {
  withRoot('development: the secret is a file of the repository, the API key is text', async () => {
    expect(await start(DEVELOPMENT, {})).toMatchObject({
      NODE_ENV: 'development',
      DB_PASSWORD: 'not-a-secret',
      API_KEY: 'of-the-test-account',
    })
  })

  withRoot("production: one secret is Swarm's, the other Vault's, opened by a third", async () => {
    const { vault, createAppRole } = await openLoginLab()
    const policy = 'path "secret/data/shop/production" { capabilities = ["read"] }'
    const { env } = await createAppRole({ token_policies: await vault.createPolicy(policy) })
    await vault.call('POST', 'secret/data/shop/production', { data: { api_key: API_KEY } })
    const { VAULT_SECRET_ID: vault_secret_id, ...settings } = env
    const external = { db_password: PASSWORD, vault_secret_id }
    const seen = await start(PRODUCTION, external, { ...settings, VAULT_ADDR: vault.address })
    expect(seen).toMatchObject({ NODE_ENV: 'production', DB_PASSWORD: PASSWORD, API_KEY })
  })

  withRoot('Swarm: the secret is a file that the app alone can read', async () => {
    expect(await start(STACK, { shop_db_password_v1: PASSWORD })).toMatchObject({ DB_PASSWORD: PASSWORD })
  })
})
