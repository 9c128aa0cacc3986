import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { replaceFiles } from '../../../src/core/replace-files.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

/** Names, modes and texts below a folder. */
function look(path: string): Record<string, string> {
  const entries = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    entries.map(name => {
      const { mode } = statSync(`${path}/${name}`)
      const isFolder = statSync(`${path}/${name}`).isDirectory()
      return [
        name,
        `${(mode & 0o777).toString(8)} ${isFolder ? '' : readFileSync(`${path}/${name}`, 'utf8')}`,
      ]
    }),
  )
}

test('files are made and replaced; folders are made for their owner only', () => {
  using folder = createFolder()
  folder.write('old', 'before', 0o640)
  symlinkSync('old', `${folder.path}/link`)
  replaceFiles([
    { path: `${folder.path}/link`, text: 'after' },
    { path: `${folder.path}/a/b/key`, text: 'new', mode: 0o600 },
  ])
  expect(look(folder.path)).toEqual({
    a: '700 ',
    'a/b': '700 ',
    'a/b/key': '600 new',
    link: '640 after',
    old: '640 after',
  })
})

/** Files that stand before, and a change after which nothing more works. */
test.each([
  [
    'a folder is in the way',
    'folder is not a regular file',
    (path: string) => [{ path: `${path}/folder`, text: 'x' }],
  ],
  [
    'a file is where a folder is needed',
    "below can't be written (ENOTDIR)",
    (path: string) => [{ path: `${path}/old/below`, text: 'x' }],
  ],
  [
    'it fails after others were renamed',
    "taken can't be written (EISDIR)",
    // By the time that `taken` is to be renamed, the next one has made a folder of that name.
    (path: string) => [
      { path: `${path}/taken`, text: 'x' },
      { path: `${path}/taken/below`, text: 'x' },
    ],
  ],
])('nothing is changed where %s', (_, message, failing) => {
  using folder = createFolder()
  const old = folder.write('old', 'before', 0o640)
  mkdirSync(`${folder.path}/folder`)
  const before = [look(folder.path), statSync(old).mtimeMs, statSync(old).ino]
  const changes = [
    { path: old, text: 'after' },
    { path: `${folder.path}/new/file`, text: 'new' },
    ...failing(folder.path),
  ]
  expect(() => replaceFiles(changes)).toThrow(message)
  expect([look(folder.path), statSync(old).mtimeMs, statSync(old).ino]).toEqual(before)
})

test('the control: the same changes without the one that fails do change something', () => {
  using folder = createFolder()
  const old = folder.write('old', 'before', 0o640)
  replaceFiles([{ path: old, text: 'after' }])
  expect(readFileSync(old, 'utf8')).toBe('after')
})
