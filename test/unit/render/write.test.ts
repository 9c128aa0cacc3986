import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { expect, test } from '@jest/globals'
import { SecwrapError } from '../../../src/core/errors.ts'
import type { Attributes } from '../../../src/core/replace-file.ts'
import { findDifference } from '../../../src/render/compare.ts'
import { folderAttributes } from '../../../src/render/folders.ts'
import { writeSet } from '../../../src/render/generation.ts'
import { Journal } from '../../../src/render/journal.ts'
import { type Change, writeFiles } from '../../../src/render/write.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

/** Names, modes, inodes and texts below a folder. */
function look(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
  return names.map(name => {
    const stats = statSync(`${path}/${name}`)
    const text = stats.isDirectory() ? '' : readFileSync(`${path}/${name}`, 'utf8')
    return `${name} ${(stats.mode & 0o777).toString(8)} ${stats.ino} ${text}`
  })
}

function change(path: string, text: string, mode = 0o600): Change {
  const file = { path, content: Buffer.from(text), attributes: { mode } }
  return { file, difference: findDifference(file) ?? 'content' }
}

/** Two files and a link that stand before, and changes of all kinds to them. */
function createChanges() {
  const folder = createFolder()
  folder.write('old', 'before', 0o640)
  folder.write('open', 'same', 0o644)
  symlinkSync('old', `${folder.path}/link`)
  const changes = [
    change(`${folder.path}/open`, 'same'),
    change(`${folder.path}/old`, 'after'),
    change(`${folder.path}/link`, 'no link'),
    change(`${folder.path}/new/deep/file`, 'new', 0o644),
  ]
  return { folder, changes }
}

test('files are made, replaced and repaired; new folders let through who may read', async () => {
  const { folder, changes } = createChanges()
  using _ = folder
  const { ino } = statSync(`${folder.path}/open`)
  await writeFiles(changes, new Journal())
  const shown = look(folder.path).map(line => line.replace(/ \d{4,} /, ' '))
  expect(shown).toEqual([
    'link 600 no link',
    'new 755 ',
    'new/deep 755 ',
    'new/deep/file 644 new',
    'old 600 after',
    'open 600 same',
  ])
  expect(statSync(`${folder.path}/open`).ino).toBe(ino)
})

test.each([
  ['a link', symlinkSync],
  ['another file', linkSync],
])('%s at the place of a file that only needs its mode: what it leads to is left alone', async (_, put) => {
  using folder = createFolder()
  const theirs = folder.write('theirs', 'not ours', 0o600)
  const wanted = change(folder.write('ours', 'same', 0o600), 'same', 0o644)
  rmSync(wanted.file.path)
  put(theirs, wanted.file.path)
  await expect(writeFiles([wanted], new Journal())).rejects.toThrow(SecwrapError)
  expect([wanted.difference, statSync(theirs).mode & 0o777]).toEqual(['attributes', 0o600])
})

test.each([
  ['the last one can not be written', (path: string) => [change(`${path}/open/below`, 'x')]],
  // By the time that `taken` is to be renamed, the next one has made a folder of that name.
  [
    'it fails after others were renamed',
    (path: string) => [change(`${path}/taken`, 'x'), change(`${path}/taken/below`, 'x')],
  ],
])('all is as it was where %s', async (_, failing) => {
  const { folder, changes } = createChanges()
  using __ = folder
  const before = look(folder.path)
  await expect(writeFiles([...changes, ...failing(folder.path)], new Journal())).rejects.toThrow(
    "can't be written",
  )
  expect(look(folder.path)).toEqual(before)
})

test('all is as it was where it is taken back in the middle', async () => {
  const { folder, changes } = createChanges()
  using _ = folder
  const before = look(folder.path)
  const journal = new Journal()
  const writing = writeFiles(changes, journal)
  expect(look(folder.path)).not.toEqual(before)
  journal.undo() // as a signal does, and then the process ends
  expect(look(folder.path)).toEqual(before)
  await expect(writing).rejects.toThrow("can't be written (ENOENT)")
  expect(look(folder.path)).toEqual(before)
})

test('a set that can not be made the current one leaves the folder as it was', async () => {
  using folder = createFolder()
  mkdirSync(`${folder.path}/..data`)
  const before = look(folder.path)
  const files = ['a', 'sub/b'].map(name => ({
    path: `${folder.path}/${name}`,
    content: Buffer.from('text'),
    attributes: { mode: 0o600 },
  }))
  await expect(writeSet(folder.path, files, { mode: 0o700 }, new Journal())).rejects.toThrow(
    "can't be written",
  )
  expect(look(folder.path)).toEqual(before)
})

test.each([
  [0o600, '700'],
  [0o640, '750'],
  [0o644, '755'],
  [0o660, '750'],
  [0o440, '750'],
  [0o700, '700'],
  [0o755, '755'],
])('files of mode %o stand in folders of mode %s', (mode, expected) => {
  expect(folderAttributes({ mode }).mode.toString(8)).toBe(expected)
})

const me = process.geteuid?.() ?? 0

test.each<[string, string, Attributes, string | undefined]>([
  ['the same', 'text', { mode: 0o640 }, undefined],
  ['the same, of the same owner', 'text', { mode: 0o640, uid: me }, undefined],
  ['another text of the same size', 'tXxt', { mode: 0o640 }, 'content'],
  ['another size', 'text ', { mode: 0o640 }, 'content'],
  ['another mode', 'text', { mode: 0o600 }, 'attributes'],
  ['another owner', 'text', { mode: 0o640, uid: me + 1 }, 'attributes'],
  ['another group', 'text', { mode: 0o640, gid: 4_711 }, 'attributes'],
])('%s', (_, text, attributes, expected) => {
  using folder = createFolder()
  const path = folder.write('file', 'text', 0o640)
  chmodSync(path, 0o640)
  expect(findDifference({ path, content: Buffer.from(text), attributes })).toBe(expected)
})

test.each(['nosuch', 'link', 'folder'])('%s is to be written', name => {
  using folder = createFolder()
  folder.write('file', 'text')
  symlinkSync('file', `${folder.path}/link`)
  mkdirSync(`${folder.path}/folder`)
  const file = { path: `${folder.path}/${name}`, content: Buffer.from('text'), attributes: { mode: 0o600 } }
  expect(findDifference(file)).toBe('content')
})
