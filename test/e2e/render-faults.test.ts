/** `render` when something goes wrong in the middle: no half-written file is ever to be seen, and no value said. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, realpathSync, statSync, utimesSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { findLeaks } from '../helpers/leaks.ts'
import { testWith } from '../helpers/needs.ts'
import { ARTIFACTS, type Artifact, BARE_ENVIRONMENT, COMPILED, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

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
  while (child.exitCode === null && countWritten(`${folder.path}/out`) < count) await setImmediate()
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

const KILLS = [
  ['the first file', 1],
  ['some files', 7],
  ['half of them', 30],
  ['all of them', COUNT],
  ['all of them and names for the old ones', 2 * COUNT],
] as const

describe.each(ARTIFACTS)('$name', artifact => {
  test.each(KILLS)('killed with %s beside their places: every file is whole', async (_, count) => {
    using folder = await createProject(PLAIN, artifact)
    const exitCode = await interrupt(folder, PLAIN, artifact, 'SIGKILL', count)
    const out = `${folder.path}/out`
    expect([OLD, NEW]).toEqual(expect.arrayContaining(listVersions(out)))
    // The control: it was killed in the middle, while there was something half done to be seen.
    if (count < COUNT)
      expect([exitCode, listVersions(out), listLeftovers(out).length > 0]).toEqual([null, [OLD], true])
    for (const name of listLeftovers(out)) expect(statSync(`${out}/${name}`).mode & 0o777).toBe(0o600)
    await secwrap(['render', ...PLAIN], { artifact, cwd: folder.path })
    expect(listVersions(out)).toEqual([NEW])
  })

  test.each(KILLS.slice(0, 4))('killed with %s of a set written: one version only', async (_, count) => {
    using folder = await createProject(SET, artifact)
    const exitCode = await interrupt(folder, SET, artifact, 'SIGKILL', count)
    const out = `${folder.path}/out`
    expect([[OLD], [NEW]]).toContainEqual(listVersions(out))
    if (count < COUNT)
      expect([exitCode, listVersions(out), listLeftovers(out).length]).toEqual([null, [OLD], 1])
    await secwrap(['render', ...SET], { artifact, cwd: folder.path })
    expect(listVersions(out)).toEqual([NEW])
  })

  test.each([
    ['files', PLAIN, 'SIGTERM', 143],
    ['a set', SET, 'SIGINT', 130],
  ] as const)('a signal while %s are written takes all back', async (_, args, signal, status) => {
    using folder = await createProject(args, artifact, 6 * COUNT)
    const before = readdirSync(`${folder.path}/out`)
    expect(await interrupt(folder, args, artifact, signal, 1)).toBe(status)
    expect([readdirSync(`${folder.path}/out`), listVersions(`${folder.path}/out`)]).toEqual([before, [OLD]])
  })
})

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
  ['files', PLAIN],
  ['a set', SET],
])('what a killed process left beside %s goes ten minutes later, and not before', async (_, args) => {
  using folder = await createProject(args)
  const out = `${folder.path}/out`
  await interrupt(folder, args, COMPILED, 'SIGKILL', 3)
  const [first = '', ...others] = listLeftovers(out)
  const old = new Date(Date.now() - 11 * 60_000)
  utimesSync(`${out}/${first}`, old, old)
  await secwrap(['render', ...args], { cwd: folder.path })
  expect(first).not.toBe('')
  expect(listLeftovers(out)).toEqual(others)
})

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
