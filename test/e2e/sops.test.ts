/** Sealed files on both artifacts: the environment that `sops exec-env` gives, and mistakes without a value. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { type AgeIdentity, createIdentity, runSops, seal } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

const names = Array.from({ length: 20 }, (_, index) => `NAME_${index}`)
const values = names.map(() => `${randomBytes(12).toString('base64')}$'"é`)
const PRINT = ['node', '-p', 'JSON.stringify(process.env)']

let folder: Folder
let reader: AgeIdentity
let stranger: AgeIdentity
beforeAll(async () => {
  folder = createFolder()
  reader = await createIdentity()
  stranger = await createIdentity()
  const plain = names.map((name, index) => `${name}=${values[index]}\n`).join('')
  folder.write('all.env', seal(plain, 'dotenv', reader.recipient))
  folder.write('plain.env', plain)
  folder.write('changed.env', seal(plain, 'dotenv', reader.recipient).replace(/^NAME_3=.*\n/m, ''))
  folder.write('strange.env', seal(plain, 'dotenv', stranger.recipient))
  folder.write(
    'some.yaml',
    seal(`db:\n  port: 5432\n  hosts: [a, b]\n  on: true\n`, 'yaml', reader.recipient),
  )
})
afterAll(() => folder[Symbol.dispose]())

describe.each(ARTIFACTS)('$name', artifact => {
  const run = (template: string, env: Record<string, string> = { SOPS_AGE_KEY: reader.identity }) => {
    folder.write('.env.template', template)
    return secwrap(['exec', '--', ...PRINT], {
      artifact,
      cwd: folder.path,
      env: { HOME: '/nonexistent', ...env },
    })
  }

  test('a whole file: what sops exec-env gives', async () => {
    const { stdout, stderr, exitCode } = await run('*=sops://./all.env\n')
    expect([exitCode, stderr]).toEqual([0, ''])
    const path = process.env.PATH ?? ''
    const theirs = runSops(
      ['exec-env', `${folder.path}/all.env`, PRINT.join(' ').replace('JSON.stringify(process.env)', `"$&"`)],
      {
        SOPS_AGE_KEY: reader.identity,
        PATH: path,
      },
    )
    const pick = (text: string) => names.map(name => JSON.parse(text)[name])
    expect([pick(stdout), pick(theirs)]).toEqual([values, values])
  })

  test('single fields, and the key stays behind', async () => {
    const template =
      'PORT=sops://./some.yaml#db.port\nHOST=sops://./some.yaml#db.hosts.1\nON=sops://./some.yaml#db.on\n'
    const { stdout, stderr } = await run(template)
    expect(stderr).toBe('')
    const { PORT, HOST, ON, SOPS_AGE_KEY } = JSON.parse(stdout)
    expect([PORT, HOST, ON, SOPS_AGE_KEY]).toEqual(['5432', 'b', 'true', undefined])
    expect(findLeaks([reader.identity], stdout)).toEqual([])
  })

  test('a key by a command', async () => {
    const file = folder.write('my key', reader.identity)
    const { stdout } = await run('PORT=sops://./some.yaml#db.port\n', { SOPS_AGE_KEY_CMD: `cat '${file}'` })
    expect(JSON.parse(stdout).PORT).toBe('5432')
  })

  test('every mistake in one run, and no value in any message', async () => {
    const template = `A=sops://./all.env#NAME_X
B=sops://./plain.env#NAME_1
C=sops://./changed.env#NAME_1
D=sops://./strange.env#NAME_1
E=sops://./missing.env#NAME_1
`
    const { stdout, stderr, exitCode } = await run(template)
    expect([exitCode, stdout]).toEqual([66, '']) // of the first one
    const errors = stderr.split('\n').filter(line => line.startsWith('secwrap: error: .env.template:'))
    const facts = [
      /:1: A: sops:.*#NAME_X: the secret has no field NAME_X \[NOT_FOUND\]$/,
      /:2: B: sops:.*plain\.env: is not sealed, or was cut off.* \[BAD_VALUE\]$/,
      /:3: C: sops:.*changed\.env: was changed since it was sealed.* \[BAD_VALUE\]$/,
      /:4: D: sops:.*strange\.env: is sealed for age1\w+: none of 1 age identities fits \[DENIED\]$/,
      /:5: E: sops:.*missing\.env#NAME_1 does not exist \[NOT_FOUND\]$/,
    ]
    expect(errors).toEqual(facts.map(fact => expect.stringMatching(fact)))
    expect(findLeaks([...values, reader.identity, stranger.identity], stderr)).toEqual([])
  })
})
