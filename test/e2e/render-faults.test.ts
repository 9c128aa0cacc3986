/** `render` when something goes wrong in the middle: no half-written file is ever to be seen, and no value said. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { ARTIFACTS, type Artifact, BARE_ENVIRONMENT, COMPILED, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { isAlive, waitFor } from '../helpers/watched-run.ts'

const [OLD, NEW] = ['planted-old-version', 'planted-new-version']
const COUNT = 60
const FILLER = 'x'.repeat(64 * 1024)
const PLAIN = ['in:out']
const SET = ['--atomic-set', 'out', 'in:.']

/** Sources with a secret at both ends, filled with the old version; the new one is what is there to read now. */
async function createProject(
  args: readonly string[],
  artifact: Artifact = COMPILED,
  fileCount = COUNT,
): Promise<Folder> {
  const folder = createFolder()
  const version = folder.write('version', OLD)
  const reference = `\${file://${version}}`
  for (let each = 0; each < fileCount; each++) folder.write(`in/file${each}`, reference + FILLER + reference)
  await secwrap(['render', ...args], { artifact, cwd: folder.path })
  folder.write('version', NEW)
  return folder
}

/** Versions that are to be seen, each once; a file that is neither is named. */
function listVersions(path: string): string[] {
  const versions = readdirSync(path)
    .filter(name => !name.startsWith('.'))
    .map(name => {
      const text = readFileSync(`${path}/${name}`, 'utf8')
      return [OLD, NEW].find(version => text === version + FILLER + version) ?? `${name} is incomplete`
    })
  return [...new Set(versions)].sort()
}

/** What is there only while files are written. */
function listLeftovers(path: string): string[] {
  const current = existsSync(`${path}/..data`) ? realpathSync(`${path}/..data`) : ''
  return readdirSync(path).filter(
    name => /^\.secwrap-.*\.tmp$|^\.\.\d/.test(name) && `${realpathSync(path)}/${name}` !== current,
  )
}

/** Runs `render` and sends it a signal as soon as so many files are being written. */
async function interrupt(
  folder: Folder,
  args: readonly string[],
  artifact: Artifact,
  signal: NodeJS.Signals,
  count: number,
) {
  const [file = '', ...words] = [...artifact.argv, 'render', ...args]
  const child = spawn(file, words, { cwd: folder.path, env: BARE_ENVIRONMENT, stdio: 'ignore' })
  const end = once(child, 'exit')
  // Without a pause, as it is about milliseconds.
  while (isAlive(child.pid ?? 0) && countWritten(`${folder.path}/out`) < count);
  child.kill(signal)
  const [exitCode] = await end
  return exitCode as number | null
}

function countWritten(path: string): number {
  const left = listLeftovers(path)
  return left.reduce((sum, name) => sum + (name.startsWith('..') ? countIn(`${path}/${name}`) : 1), 0)
}

function countIn(path: string): number {
  try {
    return readdirSync(path).length
  } catch {
    return 0 // a link, or it is gone
  }
}

/** Files that are written when it is killed; with twice as many every old file has its second name, too. */
const MOMENTS = [1, 7, 30, COUNT, 2 * COUNT]

describe.each(ARTIFACTS)('$name', artifact => {
  test('killed at any moment: every file is whole', async () => {
    const seen: string[] = []
    for (const count of MOMENTS) {
      using folder = await createProject(PLAIN, artifact)
      const out = `${folder.path}/out`
      await interrupt(folder, PLAIN, artifact, 'SIGKILL', count)
      const left = listLeftovers(out)
      expect([OLD, NEW]).toEqual(expect.arrayContaining(listVersions(out)))
      for (const name of left) expect(statSync(`${out}/${name}`).mode & 0o777).toBe(0o600)
      if (left.length > 0) seen.push(...listVersions(out))
      await secwrap(['render', ...PLAIN], { artifact, cwd: folder.path })
      expect(listVersions(out)).toEqual([NEW])
    }
    // The control: it was killed in the middle, with new files beside the old ones.
    expect(seen).toContain(OLD)
  })

  test('killed at any moment: a set has one version', async () => {
    const seen: string[] = []
    for (const count of MOMENTS.slice(0, 4)) {
      using folder = await createProject(SET, artifact)
      const out = `${folder.path}/out`
      await interrupt(folder, SET, artifact, 'SIGKILL', count)
      expect([[OLD], [NEW]]).toContainEqual(listVersions(out))
      if (listLeftovers(out).length > 0) seen.push(...listVersions(out))
      await secwrap(['render', ...SET], { artifact, cwd: folder.path })
      expect(listVersions(out)).toEqual([NEW])
    }
    expect(seen).toContain(OLD)
  })

  // In the middle for certain: test/unit/render/write.test.ts.
  test.each([
    ['files', PLAIN, 'SIGTERM', 143],
    ['a set', SET, 'SIGINT', 130],
  ] as const)(
    'a signal while %s are written takes all back, unless all is done',
    async (_, args, signal, status) => {
      using folder = await createProject(args, artifact, 6 * COUNT)
      const out = `${folder.path}/out`
      const exitCode = await interrupt(folder, args, artifact, signal, 1)
      expect([
        [status, [OLD]],
        [0, [NEW]],
      ]).toContainEqual([exitCode, listVersions(out)])
      expect(listLeftovers(out)).toEqual([])
    },
  )
})

test.each(ARTIFACTS)('a signal while secrets are read ends it at once: $name', async artifact => {
  const server = createServer() // takes connections and says nothing
  await once(server.listen(0, '127.0.0.1'), 'listening')
  using folder = createFolder()
  folder.write('source', '${vault://sys/x#a}')
  folder.write('out', OLD)
  const { port } = server.address() as AddressInfo
  const env = { ...BARE_ENVIRONMENT, VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'token' }
  const [file = '', ...words] = [...artifact.argv, 'render', 'source:out', 'source:new/out']
  const child = spawn(file, words, { cwd: folder.path, env, stdio: 'ignore' })
  const end = once(child, 'exit')
  const [socket] = (await once(server, 'connection')) as [Socket]
  child.kill('SIGTERM')
  expect(await end).toEqual([143, null])
  expect([readdirSync(folder.path).sort(), readFileSync(`${folder.path}/out`, 'utf8')]).toEqual([
    ['out', 'source'],
    OLD,
  ])
  socket.destroy()
  server.close()
})

test.each(ARTIFACTS)('a signal while a source is waited for ends it at once: $name', async artifact => {
  using folder = createFolder()
  const source = `${folder.path}/source`
  spawnSync('mkfifo', [source])
  const [file = '', ...words] = [...artifact.argv, 'render', 'source:out']
  const child = spawn(file, words, { cwd: folder.path, env: BARE_ENVIRONMENT, stdio: 'ignore' })
  const end = once(child, 'exit')
  let writer: number | undefined
  try {
    await waitFor(() => {
      writer = openForReader(source)
      return writer !== undefined
    })
    child.kill('SIGINT')
    await waitFor(() => child.exitCode !== null || child.signalCode !== null)
    expect(await end).toEqual([null, 'SIGINT'])
  } finally {
    child.kill('SIGKILL')
    if (writer !== undefined) closeSync(writer)
    await end
  }
})

/** Undefined while nobody reads there. */
function openForReader(fifo: string): number | undefined {
  try {
    return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

test('the control: half a file and a mixed set are seen', async () => {
  using folder = await createProject(PLAIN)
  folder.write('out/file0', NEW + FILLER + NEW)
  folder.write('out/file1', NEW + FILLER)
  expect(listVersions(`${folder.path}/out`)).toEqual(['file1 is incomplete', NEW, OLD])
})

test('who reads a set all the while sees one version at a time', async () => {
  using folder = await createProject(SET)
  let isDone = false
  const writing = (async () => {
    for (let round = 0; round < 6; round++) {
      folder.write('version', round % 2 === 0 ? NEW : OLD)
      await secwrap(['render', ...SET], { cwd: folder.path })
    }
    isDone = true
  })()
  const seen = new Set<string>()
  while (!isDone) {
    await setImmediate()
    seen.add(tryToRead(`${folder.path}/out`))
  }
  await writing
  seen.delete('gone') // between the two steps of reading
  expect([...seen].sort()).toEqual([NEW, OLD])
})

/** All files of the generation that is current at the beginning. */
function tryToRead(out: string): string {
  try {
    return listVersions(realpathSync(`${out}/..data`)).join(' and ')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return 'gone'
    throw error
  }
}

test.each([
  ['files', PLAIN, '.secwrap-17-0123456789ab.tmp', '.secwrap-18-0123456789ab.tmp', '.secwrap-19.tmp'],
  ['a set', SET, '..2026_01_02_03_04_05.0123456789ab', '..2026_01_02_03_04_06.0123456789ab', '..2026'],
] as const)(
  'what killed processes left beside %s goes when it is ten minutes old',
  async (_, args, old, young, other) => {
    using folder = await createProject(args)
    const out = `${folder.path}/out`
    for (const name of [old, young, other]) folder.write(`out/${name}${args === SET ? '/file' : ''}`, OLD)
    const eleven = new Date(Date.now() - 11 * 60_000)
    for (const name of [old, other]) utimesSync(`${out}/${name}`, eleven, eleven)
    await secwrap(['render', ...args], { cwd: folder.path })
    expect([old, young, other].map(name => existsSync(`${out}/${name}`))).toEqual([false, true, true])
  },
)

const isRoot = process.getuid?.() === 0
const namespace = ['unshare', ...(isRoot ? ['--mount'] : ['--map-root-user', '--mount'])]
const canMount = await run([...namespace, 'mount', '-t', 'tmpfs', 'none', '/mnt'], {}).then(
  ({ exitCode }) => exitCode === 0,
  () => false,
)

/** Runs `render` where `out` is a file system in memory, then tells what is there. */
async function renderOn(mountOptions: string, remount: string, args: readonly string[]) {
  using folder = createFolder()
  folder.write('version', NEW)
  for (let each = 0; each < 12; each++)
    folder.write(`in/file${each}`, `${FILLER}\${file://${folder.path}/version}`)
  folder.write('out/placeholder', '')
  const script = `mount -t tmpfs -o ${mountOptions} none out && printf old >out/file0 && ${remount}
    "$@"; status=$?; ls -A out; cat out/file0 | tail -c 24; exit $status`
  const argv = [...namespace, 'sh', '-c', script, 'sh', ...COMPILED.argv, 'render', ...args]
  const result = await run(argv, { cwd: folder.path })
  expect(findLeaks([NEW], result.stderr)).toEqual([])
  return result
}

const withMounts = testWith(canMount, 'a way to mount')

withMounts('a full disk leaves every file as it was, and nothing beside it', async () => {
  const full = await renderOn('size=256k', 'true', PLAIN)
  expect(full).toMatchObject({ stdout: 'file0\nold', exitCode: 78 })
  expect(full.stderr).toMatch(/^secwrap: error: out\/file\d+ can't be written \(ENOSPC\) \[BAD_CONFIG\]\n$/)
  const control = await renderOn('size=8m', 'true', PLAIN)
  expect(control).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(NEW) })
})

withMounts('a full disk leaves a set as it was', async () => {
  const full = await renderOn('size=256k', 'rm out/file0', SET)
  expect(full).toMatchObject({ stdout: '', exitCode: 78 })
  const control = await renderOn('size=8m', 'rm out/file0', SET)
  expect(control).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(NEW) })
})

withMounts('a file system that is read-only is told, and changes nothing', async () => {
  const { stdout, stderr, exitCode } = await renderOn('size=8m', 'mount -o remount,ro out', PLAIN)
  expect([stdout, exitCode]).toEqual(['file0\nold', 77])
  expect(stderr).toContain("out/file0 can't be written (EROFS) [DENIED]")
})

testWith(isRoot, 'root')('every folder that this user may not write is told', async () => {
  using folder = createFolder()
  chmodSync(folder.path, 0o755)
  folder.write('source', 'text', 0o644)
  for (const name of ['a/old', 'b/old', 'c/old']) folder.write(name, 'old', 0o644)
  chmodSync(`${folder.path}/b`, 0o777)
  const words = ['a', 'b', 'c'].map(name => `source:${name}/old`)
  const { stderr, exitCode } = await secwrap(['render', ...words], { cwd: folder.path, user: 12345 })
  expect([exitCode, stderr]).toEqual([
    77,
    "secwrap: error: a/old can't be written (EACCES) [DENIED]\nsecwrap: error: c/old can't be written (EACCES) [DENIED]\n",
  ])
  expect([readdirSync(`${folder.path}/b`), readFileSync(`${folder.path}/b/old`, 'utf8')]).toEqual([
    ['old'],
    'old',
  ])
  const control = await secwrap(['render', 'source:b/old'], { cwd: folder.path, user: 12345 })
  expect([control.exitCode, readFileSync(`${folder.path}/b/old`, 'utf8')]).toEqual([0, 'text'])
})

testWith(isRoot, 'root')(
  "in a folder such as /tmp a file of somebody else's stays, and nothing is beside it",
  async () => {
    using folder = createFolder()
    chmodSync(folder.path, 0o755)
    folder.write('source', 'text', 0o644)
    folder.write('tmp/old', 'old')
    chmodSync(`${folder.path}/tmp/old`, 0o666) // of root, and open to all: who may write a file may give it a second name
    chmodSync(`${folder.path}/tmp`, 0o1777)
    const words = ['source:tmp/new', 'source:tmp/old']
    const { stderr, exitCode } = await secwrap(['render', ...words], { cwd: folder.path, user: 12345 })
    expect([exitCode, stderr]).toEqual([77, "secwrap: error: tmp/old can't be written (EPERM) [DENIED]\n"])
    expect(readdirSync(`${folder.path}/tmp`)).toEqual(['old'])
    const control = await secwrap(['render', 'source:tmp/new'], { cwd: folder.path, user: 12345 })
    expect([control.exitCode, readdirSync(`${folder.path}/tmp`).sort()]).toEqual([0, ['new', 'old']])
  },
)
