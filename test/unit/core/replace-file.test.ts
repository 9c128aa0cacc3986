import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { replaceFile } from '../../../src/core/replace-file.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

test('puts a new file in the place of the old one, with its mode', () => {
  using folder = createFolder()
  const path = folder.write('file', 'old')
  linkSync(path, `${folder.path}/same`)
  chmodSync(path, 0o641)
  replaceFile(path, 'new')
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o7777]).toEqual(['new', 0o641])
  // Who has the old file open goes on reading the old text.
  expect(readFileSync(`${folder.path}/same`, 'utf8')).toBe('old')
})

test('makes a file that is not there, as the umask wants it', () => {
  using folder = createFolder()
  const umask = process.umask(0o027)
  try {
    replaceFile(`${folder.path}/new`, 'text')
  } finally {
    process.umask(umask)
  }
  expect([readFileSync(`${folder.path}/new`, 'utf8'), statSync(`${folder.path}/new`).mode & 0o777]).toEqual([
    'text',
    0o640,
  ])
})

test('follows links, also of folders', () => {
  using folder = createFolder()
  const path = folder.write('real/file', 'old')
  symlinkSync(`${folder.path}/real`, `${folder.path}/folder`)
  symlinkSync('folder/file', `${folder.path}/link`)
  replaceFile(`${folder.path}/link`, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(`${folder.path}/real`)).toEqual(['file'])
})

test('leaves nothing behind where it fails', () => {
  using folder = createFolder()
  mkdirSync(`${folder.path}/folder`)
  expect(() => replaceFile(`${folder.path}/folder`, 'text')).toThrow(
    expect.objectContaining({ code: 'EISDIR' }),
  )
  expect(() => replaceFile(`${folder.path}/missing/file`, 'text')).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  )
  expect(readdirSync(folder.path)).toEqual(['folder'])
})
