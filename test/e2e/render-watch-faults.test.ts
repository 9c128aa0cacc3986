/** `render --watch` when something goes wrong while files are written: they are whole, old or new, and put right later. */
import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { testWith } from '../helpers/needs.ts'
import { ARTIFACTS, COMPILED, run } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/watched-run.ts'

const [OLD, NEW] = ['old-version-of-it', 'new-version-of-it']
const COUNT = 200
const FILLER = 'x'.repeat(64 * 1024)

function createProject(): Folder {
  const folder = createFolder()
  const version = folder.write('version', OLD)
  const reference = `\${file://${version}}`
  for (let each = 0; each < COUNT; each++) folder.write(`in/file${each}`, reference + FILLER + reference)
  return folder
}

/** Versions that are to be seen, each once; a file that is neither is named. */
function listVersions(path: string): readonly string[] {
  const versions = readdirSync(path)
    .filter(name => !name.startsWith('.'))
    .map(name => {
      const text = readFileSync(`${path}/${name}`, 'utf8')
      return [OLD, NEW].find(version => text === version + FILLER + version) ?? `${name} is incomplete`
    })
  return [...new Set(versions)]
}

const isHidden = (name: string) => /^\.secwrap-|^\.\.\d/.test(name)

describe.each(ARTIFACTS)('$name', artifact => {
  test.each([
    ['files', ['in:out'], 0],
    ['a set', ['--atomic-set', 'out', 'in:.'], 1], // its generation
  ])(
    'SIGTERM while %s are written: all are as they were, and nothing is beside them',
    async (_, pairs, hidden) => {
      using folder = createProject()
      const out = `${folder.path}/out`
      const count = () => readdirSync(out).filter(isHidden).length
      const args = ['--interval', '600', '--timeout', '60', ...pairs]
      await using sidecar = startSidecar({ artifact, cwd: folder.path, args })
      await sidecar.says(/written/)
      expect([listVersions(out), count()]).toEqual([[OLD], hidden])
      folder.write('version', NEW)
      sidecar.child.kill('SIGHUP')
      while (count() === hidden) await setImmediate() // now it writes
      sidecar.child.kill('SIGTERM')
      expect(await sidecar.end).toEqual([0, null])
      const versions = listVersions(out)
      // Who is told in the last moment has written all; but never some.
      expect([[OLD], [NEW]]).toContainEqual(versions)
      expect(count()).toBe(hidden)
    },
    30_000,
  )
})

const isRoot = process.getuid?.() === 0
const canMount = await run(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {}).then(
  ({ exitCode }) => exitCode === 0,
  () => false,
)
const withMounts = testWith(isRoot && canMount, 'a way to mount')

/** A sidecar whose target folder is a file system of its own. */
function startOn(folder: Folder, options: string) {
  folder.write('app.template', '${file://./version}')
  folder.write('out/placeholder', '')
  const script = `mount -t tmpfs -o ${options} none out && exec "$@"`
  const prefix = ['unshare', '--mount', 'sh', '-c', script, 'sh']
  const args = ['--interval', '0.2', 'app.template:out/app', 'app.template:out/other']
  return startSidecar({ artifact: COMPILED, cwd: folder.path, args, prefix })
}

withMounts('a folder that becomes read-only: the files stay, and are put right when it is not', async () => {
  using folder = createFolder()
  folder.write('version', OLD)
  await using sidecar = startOn(folder, 'size=8m')
  await sidecar.says(/written: out\/app, out\/other\n/)
  const inside = (name: string) => readFileSync(`/proc/${sidecar.pid}/root${folder.path}/out/${name}`, 'utf8')
  const remount = (how: string) =>
    run(['nsenter', '-t', `${sidecar.pid}`, '-m', 'mount', '-o', `remount,${how}`, `${folder.path}/out`], {})
  await remount('ro')
  folder.write('version', NEW)
  await sidecar.says(
    /warn: out\/app can't be written \(EROFS\) \[DENIED\]: since \S+ the files stay as they are\n/,
  )
  expect([inside('app'), inside('other')]).toEqual([OLD, OLD])
  await remount('rw')
  await sidecar.says(/current again/)
  expect([inside('app'), inside('other')]).toEqual([NEW, NEW])
})

withMounts('a disk that is full: the files stay, and nothing is beside them', async () => {
  using folder = createFolder()
  folder.write('version', OLD)
  await using sidecar = startOn(folder, 'size=128k')
  await sidecar.says(/written/)
  const out = `/proc/${sidecar.pid}/root${folder.path}/out`
  folder.write('version', FILLER)
  await sidecar.says(/warn: out\/\w+ can't be written \(ENOSPC\) \[BAD_CONFIG\]: since \S+ the files stay/)
  await waitFor(() => readdirSync(out).join() === 'app,other')
  expect(readFileSync(`${out}/app`, 'utf8')).toBe(OLD)
  folder.write('version', NEW)
  await sidecar.says(/current again/)
  expect([readFileSync(`${out}/app`, 'utf8'), readFileSync(`${out}/other`, 'utf8')]).toEqual([NEW, NEW])
})
