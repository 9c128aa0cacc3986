/** `render`: files with secrets in them, all of them or none. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { ARTIFACTS, COMPILED, type RunOptions, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const PLANTED = 'planted-render-value!$9'
const BINARY = Buffer.from([0x30, 0x82, 0x00, 0xff, 0x80, 0x0a, 0xc3])
const SOURCE = 'key = "${file://./secret}"\r\nhome = ${HOME}\n'
const FILLED = `key = "${PLANTED}"\r\nhome = \${HOME}\n`

/** A folder with secrets and a source. */
function createProject(source: string | Uint8Array = SOURCE) {
  const folder = createFolder()
  folder.write('secret', PLANTED)
  folder.write('binary', BINARY.toString('base64'))
  folder.write('app.conf.template', source)
  return folder
}

/** Runs `render`, and sees to it that nothing it says has a value in it. */
async function render(args: readonly string[], options: RunOptions) {
  const result = await secwrap(['render', ...args], options)
  expect(findLeaks([PLANTED, BINARY.toString('base64')], result.stdout + result.stderr)).toEqual([])
  return result
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('a file is filled, for its owner only, and nothing is said', async () => {
    using folder = createProject()
    const result = await render(['app.conf.template:new/app.conf'], { artifact, cwd: folder.path })
    expect(result).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect(readFileSync(`${folder.path}/new/app.conf`, 'utf8')).toBe(FILLED)
    expect([modeOf(`${folder.path}/new`), modeOf(`${folder.path}/new/app.conf`)]).toEqual(['700', '600'])
    expect(readdirSync(`${folder.path}/new`)).toEqual(['app.conf'])
  })

  test('bytes come from standard input and from base64 as they are', async () => {
    using folder = createProject()
    const before = Buffer.from([0xff, 0x00, 0x0d])
    const input = Buffer.concat([before, Buffer.from('${file://./binary|base64decode}')])
    const result = await render(['-:out.p12'], { artifact, cwd: folder.path, input })
    expect(result).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect(readFileSync(`${folder.path}/out.p12`)).toEqual(Buffer.concat([before, BINARY]))
  })

  test('a file that is as it should be is not touched; its mode is repaired', async () => {
    using folder = createProject()
    const [out, at] = [`${folder.path}/out`, new Date(1_000_000_000_000)]
    const options = { artifact, cwd: folder.path }
    await render(['app.conf.template:out'], options)
    utimesSync(out, at, at)
    chmodSync(out, 0o644)
    const { ino } = statSync(out)
    await render(['app.conf.template:out'], options)
    expect([statSync(out).mtimeMs, statSync(out).ino, modeOf(out)]).toEqual([at.getTime(), ino, '600'])
    folder.write('secret', 'another')
    await render(['app.conf.template:out'], options)
    expect(statSync(out).mtimeMs).toBeGreaterThan(at.getTime())
    expect(readFileSync(out, 'utf8')).toContain('another')
  })

  test('--check names what would change, and changes nothing', async () => {
    using folder = createProject()
    folder.write('same', FILLED)
    folder.write('readable', FILLED, 0o644)
    folder.write('old', 'old')
    const before = readdirSync(folder.path)
    const words = ['same', 'readable', 'old', 'new/file'].map(name => `app.conf.template:${name}`)
    const some = await render(['--check', ...words], { artifact, cwd: folder.path })
    expect(some).toMatchObject({ stdout: 'readable\nold\nnew/file\n', stderr: '', exitCode: 1 })
    expect([readdirSync(folder.path), modeOf(`${folder.path}/readable`)]).toEqual([before, '644'])
    expect(readFileSync(`${folder.path}/old`, 'utf8')).toBe('old')
    const none = await render(['--check', 'app.conf.template:same'], { artifact, cwd: folder.path })
    expect(none).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
  })

  test('every problem of all files is told, and no file is changed', async () => {
    using folder = createProject('a\n${file://./none}\n')
    folder.write('good.template', '${file://./secret}')
    folder.write('bad.template', '${file://./binary|nosuch}\n\n${file://./binary|base64decode|json}')
    folder.write('out/good', 'as it was')
    mkdirSync(`${folder.path}/out/folder`)
    const before = readdirSync(folder.path)
    const words = [
      'good.template:out/good',
      'app.conf.template:out/app.conf',
      'bad.template:out/bad',
      'nosuch.template:out/nosuch',
      'good.template:out/folder',
    ]
    const { stdout, stderr, exitCode } = await render(words, { artifact, cwd: folder.path })
    expect(stderr.split('\n').filter(line => line.includes('error:'))).toEqual([
      'secwrap: error: bad.template:1: unknown filter nosuch [BAD_TEMPLATE]',
      'secwrap: error: nosuch.template: the file does not exist [NOT_FOUND]',
      'secwrap: error: good.template: out/folder is a folder, and its source a file [BAD_USAGE]',
      'secwrap: error: app.conf.template:2: file://./none does not exist [NOT_FOUND]',
      'secwrap: error: bad.template:3: json: the decoded value is not UTF-8 text [BAD_VALUE]',
    ])
    expect([stdout, exitCode, readdirSync(folder.path)]).toEqual(['', 65, before])
    expect(readFileSync(`${folder.path}/out/good`, 'utf8')).toBe('as it was')
    // The control: without those that fail, the first is written.
    await render(words.slice(0, 1), { artifact, cwd: folder.path })
    expect(readFileSync(`${folder.path}/out/good`, 'utf8')).toBe(PLANTED)
  })

  test('a link at the target is replaced, and what it leads to is left alone', async () => {
    using folder = createProject()
    folder.write('other', 'as it was')
    symlinkSync('other', `${folder.path}/out`)
    symlinkSync('other', `${folder.path}/second`)
    const words = ['app.conf.template:out', 'app.conf.template:second']
    const { exitCode } = await render(words, { artifact, cwd: folder.path })
    expect([exitCode, lstatSync(`${folder.path}/out`).isFile()]).toEqual([0, true])
    expect(readFileSync(`${folder.path}/other`, 'utf8')).toBe('as it was')
    expect(readdirSync(folder.path).filter(name => name.startsWith('.'))).toEqual([])
  })

  test('a folder is filled as a whole', async () => {
    using folder = createFolder()
    folder.write('secret', PLANTED)
    folder.write('in/app.conf.template', '${file://../secret?optional}${secret://one}')
    folder.write('in/sub/run.sh.tmpl', '#!/bin/sh\n', 0o755)
    folder.write('in/sub/plain', Buffer.from([0, 0xff]))
    folder.write('in/.template', 'no suffix')
    folder.write('in/..2026/linked', '${secret://one}')
    symlinkSync('..2026/linked', `${folder.path}/in/linked`)
    folder.write('out/sub/other', 'stays')
    folder.write('run/secrets/one', PLANTED)
    const env = { CREDENTIALS_DIRECTORY: `${folder.path}/run/secrets` }
    const bad = await render(['in:out'], { artifact, cwd: folder.path, env })
    expect(bad).toMatchObject({ exitCode: 65, stdout: '' }) // `..` in a path
    folder.write('in/app.conf.template', '${secret://one}')
    const { stderr, exitCode } = await render(['in:out'], { artifact, cwd: folder.path, env })
    expect([stderr, exitCode]).toEqual(['', 0])
    const files = readdirSync(`${folder.path}/out`, { recursive: true, encoding: 'utf8' }).sort()
    expect(files).toEqual(['.template', 'app.conf', 'linked', 'sub', 'sub/other', 'sub/plain', 'sub/run.sh'])
    expect(readFileSync(`${folder.path}/out/linked`, 'utf8')).toBe(PLANTED)
    expect(readFileSync(`${folder.path}/out/sub/plain`)).toEqual(Buffer.from([0, 0xff]))
    expect([modeOf(`${folder.path}/out/sub/run.sh`), modeOf(`${folder.path}/out/app.conf`)]).toEqual([
      '700',
      '600',
    ])
  })

  test('--cleanup removes what was written, and nothing else', async () => {
    using folder = createProject()
    folder.write('in/a.tmpl', '${file://./nosuch}')
    folder.write('out/a', 'written')
    folder.write('out/other', 'stays')
    folder.write('one', 'written')
    symlinkSync('/proc/self/fd/1', `${folder.path}/stdout`)
    const words = ['in:out', 'app.conf.template:one', 'secret:nosuch', 'secret:stdout']
    const args = ['--cleanup', '--log-level', 'info', ...words]
    const { stderr, exitCode } = await render(args, { artifact, cwd: folder.path })
    expect([stderr, exitCode]).toEqual([
      'secwrap: info: out/a is removed\nsecwrap: info: one is removed\n',
      0,
    ])
    expect(lstatSync(`${folder.path}/stdout`).isSymbolicLink()).toBe(true)
    expect([folder.has('out/a'), folder.has('one'), folder.has('out/other'), folder.has('secret')]).toEqual([
      false,
      false,
      true,
      true,
    ])
  })
})

test('--mode is exact, whatever the umask, and lets through folders who may read', async () => {
  using folder = createProject()
  const script = 'umask 077; exec "$0" render app.conf.template:a/b/out --mode 0644'
  const { exitCode } = await run(['sh', '-c', script, ...COMPILED.argv], { cwd: folder.path })
  expect([exitCode, modeOf(`${folder.path}/a`), modeOf(`${folder.path}/a/b/out`)]).toEqual([0, '755', '644'])
})

const isRoot = process.getuid?.() === 0

testWith(isRoot, 'root')('--owner gives files and new folders away, by name and by number', async () => {
  using folder = createProject()
  const uid = Number(/^nobody:\w*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1])
  const group = Number(/^daemon:\w*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1])
  const ownerOf = (path: string) => [statSync(path).uid, statSync(path).gid]
  const cwd = folder.path
  await render(['app.conf.template:new/out', '--owner', 'nobody:daemon'], { cwd })
  expect([ownerOf(`${cwd}/new`), ownerOf(`${cwd}/new/out`)]).toEqual([
    [uid, group],
    [uid, group],
  ])
  const { ino } = statSync(`${cwd}/new/out`)
  await render(['app.conf.template:new/out', '--owner', '1234:5678'], { cwd })
  expect([ownerOf(`${cwd}/new/out`), statSync(`${cwd}/new/out`).ino]).toEqual([[1234, 5678], ino])
  await render(['app.conf.template:new/out', '--owner', ':99'], { cwd })
  expect(ownerOf(`${cwd}/new/out`)).toEqual([0, 99])
  await render(['--atomic-set', 'set', 'app.conf.template:sub/out', '--owner', '1234:5678'], { cwd })
  for (const path of ['set', 'set/..data/', 'set/sub/', 'set/sub/out']) {
    expect(ownerOf(`${cwd}/${path}`)).toEqual([1234, 5678])
  }
})

testWith(isRoot, 'root')('who may not give files away is told so', async () => {
  using folder = createProject()
  chmodSync(folder.path, 0o777)
  chmodSync(`${folder.path}/app.conf.template`, 0o644)
  chmodSync(`${folder.path}/secret`, 0o644)
  const options = { cwd: folder.path, user: 12345 }
  const { stderr, exitCode } = await render(['app.conf.template:out', '--owner', '0'], options)
  expect(exitCode).toBe(77)
  expect(stderr).toContain("out can't be written (EPERM) [DENIED]")
  expect(readdirSync(folder.path).sort()).toEqual(['app.conf.template', 'binary', 'secret'])
  expect((await render(['app.conf.template:out'], options)).exitCode).toBe(0)
})

test.each([
  ['no words', [], 'render takes SOURCE:TARGET, one or more'],
  ['a word without a target', ['app.conf.template'], 'app.conf.template is not SOURCE:TARGET'],
  ['a word of three', ['a:b:c'], 'a colon in a path is written \\:'],
  ['a mode in words', ['--mode', 'u=rw', 'app.conf.template:out'], '--mode takes three octal digits'],
  ['a user that is not there', ['--owner', 'nosuch', 'secret:out'], 'there is no user nosuch in /etc/passwd'],
  [
    'a group that is not there',
    ['--owner', ':nosuch', 'secret:out'],
    'there is no group nosuch in /etc/group',
  ],
  ['an owner of three', ['--owner', 'a:b:c', 'secret:out'], '--owner takes USER, USER:GROUP or :GROUP'],
  ['a folder', ['app.conf.template:folder'], 'folder is a folder, and its source a file'],
  ['a folder by its name', ['app.conf.template:new/'], 'new/ is a folder, and its source a file'],
  ['a file as a folder', ['app.conf.template:secret/'], 'secret/ is a folder, and its source a file'],
  ['a device', ['app.conf.template:/dev/null'], '/dev/null is not a regular file'],
  ['a link to a device', ['app.conf.template:null'], 'null is not a regular file'],
  ['a link to a descriptor', ['app.conf.template:stdout'], 'stdout is not a regular file'],
  ['a source as its own target', ['app.conf.template:./app.conf.template'], 'is a source itself'],
  ['a source through a link', ['secret:way/binary', 'binary:out'], 'way/binary is a source itself'],
  ['two sources of one target', ['secret:out', 'binary:./folder/../out'], 'secret and binary both make'],
  ['standard input twice', ['-:out', '-:two'], 'standard input can be read only once'],
  ['a folder into itself', ['folder:folder/out'], 'folder/out is in its own source'],
  ['a folder over a file', ['folder:secret'], 'secret is a file, and its source a folder'],
  ['a link to a folder in a folder', ['links:out'], 'links/way is a link to a folder'],
  ['a link that leads nowhere', ['links:out'], 'links/nowhere is a link that leads nowhere'],
  ['both at once', ['--check', '--cleanup', 'secret:out'], '--check and --cleanup exclude each other'],
])('%s is refused', async (_, args, text) => {
  using folder = createProject()
  mkdirSync(`${folder.path}/folder`)
  mkdirSync(`${folder.path}/links`)
  symlinkSync('.', `${folder.path}/way`)
  symlinkSync('/dev/null', `${folder.path}/null`)
  symlinkSync('/proc/self/fd/1', `${folder.path}/stdout`)
  symlinkSync('../folder', `${folder.path}/links/way`)
  symlinkSync('nosuch', `${folder.path}/links/nowhere`)
  const before = readdirSync(folder.path)
  const { stdout, stderr, exitCode } = await render(args, { cwd: folder.path })
  expect([stdout, exitCode, readdirSync(folder.path)]).toEqual(['', 64, before])
  expect(stderr).toContain(text)
  expect(
    readdirSync(folder.path, { withFileTypes: true }).filter(entry => entry.isSymbolicLink()),
  ).toHaveLength(3)
})

test('what is in the way, or closed to this user, is told and no mistake of ours', async () => {
  using folder = createProject()
  folder.write('closed/file', 'x', 0o644)
  folder.write('in/a', 'a', 0o644)
  folder.write(`in/${'n'.repeat(250)}`, 'long', 0o644)
  chmodSync(folder.path, 0o777)
  chmodSync(`${folder.path}/closed`, 0o700)
  const options = { cwd: folder.path, ...(isRoot && { user: 12345 }) }
  const cases = [
    ['in/a:secret/below', "secret/below can't be written (ENOTDIR) [BAD_CONFIG]", 78],
    ['secret/below:out', 'secret/below: the file does not exist [NOT_FOUND]', 66],
    [`in/a:${'n'.repeat(300)}`, "can't be written (ENAMETOOLONG) [BAD_CONFIG]", 78],
    ...(isRoot
      ? ([
          ['closed/file:out', "closed/file: the template can't be read (EACCES) [DENIED]", 77],
          ['in/a:closed/out', "closed/out can't be written (EACCES) [DENIED]", 77],
          ['closed:out', "closed: the folder can't be listed (EACCES) [DENIED]", 77],
        ] as const)
      : []),
  ] as const
  chmodSync(`${folder.path}/in`, 0o755)
  for (const [word, text, status] of cases) {
    const { stderr, exitCode } = await render([word], options)
    expect([exitCode, stderr]).toEqual([status, expect.stringContaining(text)])
  }
  expect((await render(['in:out'], options)).exitCode).toBe(0)
  expect(readFileSync(`${folder.path}/out/${'n'.repeat(250)}`, 'utf8')).toBe('long')
})

test('a colon in a path is written with a backslash', async () => {
  using folder = createProject()
  folder.write('a:b', 'text')
  const { exitCode } = await render(['a\\:b:c\\:d'], { cwd: folder.path })
  expect([exitCode, readFileSync(`${folder.path}/c:d`, 'utf8')]).toEqual([0, 'text'])
})

test('a file of more than 4 MiB is refused, one of 4 MiB is not', async () => {
  using folder = createProject(Buffer.alloc(4 * 1024 * 1024, '{'))
  expect((await render(['app.conf.template:out'], { cwd: folder.path })).exitCode).toBe(0)
  folder.write('app.conf.template', Buffer.alloc(4 * 1024 * 1024 + 1, '{'))
  const { stderr, exitCode } = await render(['app.conf.template:out'], { cwd: folder.path })
  expect([exitCode, stderr]).toEqual([65, expect.stringContaining('the template is larger than 4 MiB')])
})

test('a secret of many files is read once', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify({ data: { key: PLANTED, cert: 'a\nb' } }))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  using folder = createFolder()
  for (let each = 0; each < 50; each++) {
    folder.write(`in/${each}`, `\${vault://sys/app#key}\${vault://sys/app#cert}\${vault://sys/other#key}`)
  }
  const env = {
    VAULT_ADDR: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    VAULT_TOKEN: 'token',
  }
  const { stderr, exitCode } = await render(['in:out'], { cwd: folder.path, env })
  server.closeAllConnections()
  await new Promise(done => server.close(done))
  expect([stderr, exitCode]).toEqual(['', 0])
  expect(readFileSync(`${folder.path}/out/49`, 'utf8')).toBe(`${PLANTED}a\nb${PLANTED}`)
  expect(asked.sort()).toEqual(['/v1/sys/app', '/v1/sys/other'])
})

describe('--atomic-set', () => {
  const currentOf = (set: string) => readlinkSync(`${set}/..data`)

  test.each(ARTIFACTS)('files change at once, by a link: $name', async artifact => {
    using folder = createProject()
    const [set, options] = [`${folder.path}/set`, { artifact, cwd: folder.path }]
    const args = ['--atomic-set', 'set', '--mode', '640']
    const words = ['app.conf.template:app.conf', 'app.conf.template:sub/deep/app.conf', 'secret:old']
    expect(await render([...args, ...words], options)).toMatchObject({ stderr: '', exitCode: 0 })
    expect([readlinkSync(`${set}/app.conf`), readlinkSync(`${set}/sub`)]).toEqual([
      '..data/app.conf',
      '..data/sub',
    ])
    expect(readFileSync(`${set}/sub/deep/app.conf`, 'utf8')).toBe(FILLED)
    const modes = ['', '..data/', 'sub/deep', 'app.conf'].map(name => modeOf(`${set}/${name}`))
    expect(modes).toEqual(['750', '750', '750', '640'])

    const first = currentOf(set)
    expect((await render([...args, ...words, '--check'], options)).stdout).toBe('')
    await render([...args, ...words], options)
    expect(currentOf(set)).toBe(first)

    folder.write('secret', 'another')
    expect((await render([...args, ...words.slice(0, 2), '--check'], options)).stdout).toBe(
      'set/app.conf\nset/sub/deep/app.conf\nset/old\n',
    )
    await render([...args, ...words.slice(0, 2)], options)
    expect(readdirSync(set).sort()).toEqual(['..data', currentOf(set), 'app.conf', 'sub'].sort())
    expect(currentOf(set)).not.toBe(first)
    expect(readFileSync(`${set}/app.conf`, 'utf8')).toContain('another')
  })

  test('what fails leaves the old set as it was', async () => {
    using folder = createProject()
    const [set, cwd] = [`${folder.path}/set`, folder.path]
    await render(['--atomic-set', 'set', 'app.conf.template:app.conf'], { cwd })
    const before = readdirSync(set)
    folder.write('secret', 'another')
    folder.write('bad', '${file://./nosuch}')
    const args = ['--atomic-set', 'set', 'app.conf.template:app.conf']
    expect((await render([...args, 'bad:bad'], { cwd })).exitCode).toBe(66)
    expect([readdirSync(set), readFileSync(`${set}/app.conf`, 'utf8')]).toEqual([before, FILLED])
    await render(args, { cwd })
    expect(readFileSync(`${set}/app.conf`, 'utf8')).toContain('another')
  })

  test('--cleanup removes the set, and nothing else', async () => {
    using folder = createProject()
    folder.write('set/other', 'stays')
    const args = ['--atomic-set', 'set', 'app.conf.template:app.conf']
    await render(args, { cwd: folder.path })
    const { exitCode } = await render(['--cleanup', ...args], { cwd: folder.path })
    expect([exitCode, readdirSync(`${folder.path}/set`)]).toEqual([0, ['other']])
  })

  test.each([
    ['a target outside', 'app.conf.template:../out', '../out is not a path below the folder of --atomic-set'],
    ['an absolute target', 'app.conf.template:/out', '/out is not a path below the folder of --atomic-set'],
    ['a name of ours', 'app.conf.template:..data', '..data is not a path below the folder of --atomic-set'],
    ['a file that is there', 'app.conf.template:here', 'set/here is there already, and not of this set'],
  ])('%s is refused', async (_, word, text) => {
    using folder = createProject()
    folder.write('set/here', 'as it was')
    const { stderr, exitCode } = await render(['--atomic-set', 'set', word], { cwd: folder.path })
    expect([exitCode, readdirSync(`${folder.path}/set`)]).toEqual([64, ['here']])
    expect(stderr).toContain(text)
  })
})
