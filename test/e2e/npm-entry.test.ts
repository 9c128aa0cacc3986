/** bin/secwrap.js: which program it becomes, from wherever it is called, and what it says where there is none. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  folderOfOldNode,
  installPackage,
  installProgram,
  installStandIn,
} from '../helpers/installed-package.ts'
import { BARE_ENVIRONMENT, run } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

const LINK = 'node_modules/.bin/secwrap'
const ENTRY = 'node_modules/secwrap/bin/secwrap.js'
const NEW_NODE = BARE_ENVIRONMENT.PATH
const OLD_NODE = `${folderOfOldNode()}:/usr/bin:/bin`
const NO_NODE = '/no/such/folder'

const PRINT_KEY = ['exec', '--', '/bin/sh', '-c', 'echo "$KEY"']
const PRINTED = { stdout: 'from-template\n', stderr: '', exitCode: 0 }
const TOLD_APART = { stdout: 'stand-in|exec|--|a  b||*|', stderr: '', exitCode: 0 }

let bare: Folder // without the platform's program
let full: Folder // with a stand-in for it

beforeAll(() => {
  bare = createFolder()
  bare.write('.env.template', 'KEY=from-template\n')
  installPackage(bare)
  full = createFolder()
  cpSync(`${bare.path}/node_modules`, `${full.path}/node_modules`, {
    recursive: true,
    verbatimSymlinks: true,
  })
  installStandIn(full)
}, 60_000)

afterAll(() => {
  bare[Symbol.dispose]()
  full[Symbol.dispose]()
})

/** Runs a path of the folder, or a program with it. */
function start(folder: Folder, PATH: string, argv: readonly string[], args: readonly string[]) {
  return run([...argv, ...args], { cwd: folder.path, env: { PATH } })
}

describe("with the platform's program", () => {
  test.each([
    ['an old Node', OLD_NODE],
    ['a new Node', NEW_NODE],
    ['no Node', NO_NODE],
  ])('and %s, it is that one', async (_, path) => {
    expect(await start(full, path, [LINK], ['exec', '--', 'a  b', '', '*'])).toMatchObject(TOLD_APART)
  })

  test('called as `node bin/secwrap.js` by an old Node, it is that one too', async () => {
    const result = await start(full, OLD_NODE, ['node', ENTRY], ['exec', '--', 'a  b', '', '*'])
    expect(result).toMatchObject(TOLD_APART)
  })

  test('as it is packed', async () => {
    using folder = createFolder()
    folder.write('.env.template', 'KEY=from-template\n')
    installPackage(folder)
    installProgram(folder)
    expect(await start(folder, OLD_NODE, [LINK], PRINT_KEY)).toMatchObject(PRINTED)
    expect(await start(folder, OLD_NODE, ['node', ENTRY], PRINT_KEY)).toMatchObject(PRINTED)
  })

  test('that is further up than the package', async () => {
    using folder = createFolder()
    installStandIn(folder)
    const nested = 'node_modules/another/node_modules/secwrap'
    cpSync(`${full.path}/node_modules/secwrap`, `${folder.path}/${nested}`, { recursive: true })
    const result = await start(
      folder,
      OLD_NODE,
      [`${nested}/bin/secwrap.js`],
      ['exec', '--', 'a  b', '', '*'],
    )
    expect(result).toMatchObject(TOLD_APART)
  })
})

describe('without it', () => {
  test.each([
    ['called by its link', [LINK]],
    ['called as `node bin/secwrap.js`', ['node', ENTRY]],
  ])('a new Node runs the bundle, %s', async (_, argv) => {
    expect(await start(bare, NEW_NODE, argv, PRINT_KEY)).toMatchObject(PRINTED)
  })

  test.each([
    [
      'an old Node',
      OLD_NODE,
      [LINK],
      /no program for this platform is installed, and Node \d+\.\S+ is too old/,
    ],
    [
      '`node` that is old',
      OLD_NODE,
      ['node', ENTRY],
      /no program .* is installed, and Node \d+\.\S+ is too old/,
    ],
    ['no Node', NO_NODE, [LINK], /neither a program for this platform nor Node is installed/],
  ])('%s is told what to install', async (_, path, argv, message) => {
    const { stdout, stderr, exitCode } = await start(bare, path, argv, PRINT_KEY)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(
      /^secwrap: error: .* \[BAD_CONFIG\]\nsecwrap: hint: npm install --include=optional/,
    )
    expect([stdout, exitCode]).toEqual(['', 78])
  })
})

describe('it is found', () => {
  test.each([
    ['by a link elsewhere', 'links/secwrap', '../node_modules/secwrap/bin/secwrap.js'],
    ['by a link to its link', 'links/an other', '../node_modules/.bin/secwrap'],
    ['from a global installation', 'prefix/bin/secwrap', '../lib/node_modules/secwrap/bin/secwrap.js'],
  ])('%s', async (_, link, target) => {
    for (const folder of [dirname(link), 'prefix/lib'])
      mkdirSync(`${bare.path}/${folder}`, { recursive: true })
    symlinkSync(target, `${bare.path}/${link}`)
    if (link.startsWith('prefix')) symlinkSync('../../node_modules', `${bare.path}/prefix/lib/node_modules`)
    expect(await start(bare, NEW_NODE, [`./${link}`], PRINT_KEY)).toMatchObject(PRINTED)
  })

  test('by an absolute link', async () => {
    symlinkSync(`${bare.path}/${ENTRY}`, `${bare.path}/absolute`)
    expect(await start(bare, NEW_NODE, ['./absolute'], PRINT_KEY)).toMatchObject(PRINTED)
  })

  test('in PATH', async () => {
    const path = `${bare.path}/node_modules/.bin:${NEW_NODE}`
    expect(await start(bare, path, ['/bin/sh', '-c', 'secwrap "$@"', 'sh'], PRINT_KEY)).toMatchObject(PRINTED)
  })

  test('by `sh secwrap.js` in its own folder', async () => {
    const argv = ['/bin/sh', '-c', `cd ${dirname(ENTRY)} && sh secwrap.js "$@"`, 'sh']
    const args = ['exec', '-t', '../../../.env.template', ...PRINT_KEY.slice(1)]
    expect(await start(bare, NEW_NODE, argv, args)).toMatchObject(PRINTED)
  })
})

test('an old Node that stays in between ends as the command does', async () => {
  using folder = createFolder()
  cpSync(`${full.path}/node_modules`, `${folder.path}/node_modules`, {
    recursive: true,
    verbatimSymlinks: true,
  })
  folder.write('node_modules/@secwrap/linux-x64/bin/secwrap', '#!/bin/sh\n"$@"\n', 0o755)
  const end = async (script: string) => {
    const { exitCode, signal } = await start(folder, OLD_NODE, ['node', ENTRY], ['eval', script])
    return [exitCode, signal]
  }
  expect(await end('exit 7')).toEqual([7, null])
  expect(await end('kill -TERM $$')).toEqual([null, 'SIGTERM'])
  expect(await end('kill -INT $$')).toEqual([null, 'SIGINT'])
})
