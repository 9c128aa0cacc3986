/** examples/systemd: the unit by systemd's own judgement, and what it starts, with credentials as systemd mounts them. */
import { readFileSync } from 'node:fs'
import { describe, expect } from '@jest/globals'
import { NODE } from '../helpers/buildah.ts'
import {
  type ContainerOptions,
  type ImageConfig,
  isRoot,
  runContainer,
  startContainer,
} from '../helpers/container.ts'
import { findLeaks } from '../helpers/leaks.ts'
import { findProgram, testWith } from '../helpers/needs.ts'
import { COMPILED, run } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const EXAMPLES = `${import.meta.dirname}/../../examples`
const PASSWORD = 'planted-systemd-password'
const CREDENTIALS = '/run/credentials/shop.service'
const DYNAMIC_USER = 61_184 // the first that systemd gives

const unit = readFileSync(`${EXAMPLES}/systemd/shop.service`, 'utf8')
const valuesOf = (key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

describe('the unit', () => {
  const withSystemd = testWith(findProgram('systemd-analyze') !== undefined, 'systemd')

  /** A copy whose programs are on this machine, since `verify` looks for them. */
  const analyze = async (text: string, ...args: readonly string[]) => {
    using folder = createFolder()
    const here = text.replace('/usr/local/bin/secwrap', COMPILED.argv[0] ?? '').replace('/usr/bin/node', NODE)
    const file = folder.write('shop.service', here)
    const { exitCode, stderr } = await run(['systemd-analyze', ...args, file], {})
    return [exitCode, stderr.replaceAll(folder.path, '')]
  }

  withSystemd('systemd takes every line', async () => {
    expect(await analyze(unit, 'verify')).toEqual([0, ''])
    expect(await analyze(unit.replace('ProtectHome', 'ProtectHomes'), 'verify')).toEqual([
      0,
      expect.stringContaining("Unknown key 'ProtectHomes'"),
    ])
  })

  withSystemd('it is shut in: an exposure below 2 of 10', async () => {
    const security = ['security', '--offline=yes', '--threshold=20']
    expect(await analyze(unit, ...security)).toEqual([0, ''])
    const [exitCode] = await analyze(unit.replace(/^CapabilityBoundingSet=$/m, ''), ...security)
    expect(exitCode).toBe(1)
  })
})

describe('what it starts', () => {
  const withRoot = testWith(isRoot, 'root')
  const [argv = [], variables] = [valuesOf('ExecStart')[0]?.split(' '), valuesOf('Environment')]
  const config: ImageConfig = {
    entryPoint: [],
    command: argv.map(word => word.replace('/usr/bin/node', '/usr/local/bin/node')),
    user: DYNAMIC_USER,
    folder: valuesOf('WorkingDirectory')[0] ?? '',
    env: Object.fromEntries(variables.map(pair => pair.split('='))),
  }

  /** @param credentials - the files of the folder that systemd makes of the LoadCredential= lines. */
  const optionsWith = (credentials: Readonly<Record<string, string>>): ContainerOptions => ({
    mounts: [
      { target: CREDENTIALS, files: credentials },
      { target: '/etc/shop/env.template', source: `${EXAMPLES}/systemd/env.template` },
      { target: '/opt/shop/app.js', source: `${EXAMPLES}/docker/app.js` },
      { target: '/opt/shop/package.json', source: `${EXAMPLES}/docker/package.json` },
    ],
    env: { CREDENTIALS_DIRECTORY: CREDENTIALS, PORT: '0' },
    processFiles: 'subset=pid,hidepid=invisible', // ProcSubset=pid, ProtectProc=invisible
  })

  withRoot('the app, with the credential', async () => {
    const names = valuesOf('LoadCredential').map(line => line.split(':')[0] ?? '')
    const credentials = Object.fromEntries(names.map(name => [name, PASSWORD]))
    await using service = startContainer(config, optionsWith(credentials))
    const [, port] = await service.says(/listening on (\d+)/)
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
    expect(await response.text()).toContain(`password of ${PASSWORD.length} characters`)
    service.kill('SIGTERM')
    expect(await service.end).toEqual([0, null])
    expect(findLeaks([PASSWORD], service.output())).toEqual([])
  })

  withRoot('a credential that is missing ends it in a way that systemd does not try again', async () => {
    const { exitCode, output } = await runContainer(config, optionsWith({}))
    expect(valuesOf('RestartPreventExitStatus')[0]?.split(' ')).toContain(String(exitCode))
    expect(output).toMatch(/^secwrap: error: \/etc\/shop\/env\.template:3: DB_PASSWORD: .* \[NOT_FOUND\]\n/)
  })
})
