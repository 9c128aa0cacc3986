import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readSecretFile } from '../../../../src/providers/shared/read-file.ts'
import { createFolder, type Folder } from '../../../helpers/temporary-folder.ts'

let folder: Folder

beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder[Symbol.dispose]())

const read = (name: string) => readSecretFile(`${folder.path}/${name}`, `file://./${name}`)

test.each([
  ['text', 'pa$$ "word" é\n'],
  ['nothing', ''],
  ['a byte order mark', '\ufeffx'],
  ['1 MiB', 'x'.repeat(1024 * 1024)],
])('%s comes as it is', (_, text) => {
  folder.write('file', text)
  expect(read('file')?.text).toBe(text)
})

test('what is not there is undefined, also below a file', () => {
  folder.write('file', '')
  expect([read('nosuch'), read('file/below')]).toEqual([undefined, undefined])
})

test('a link is followed', () => {
  folder.write('target', 'linked')
  symlinkSync('target', `${folder.path}/link`)
  expect(read('link')?.text).toBe('linked')
})

test.each<[string, (path: string) => void, string, string]>([
  ['a folder', path => mkdirSync(path), 'BAD_CONFIG', 'is a folder'],
  ['a FIFO without a writer', path => execFileSync('mkfifo', [path]), 'BAD_CONFIG', 'is not a regular file'],
  ['a device', path => symlinkSync('/dev/zero', path), 'BAD_CONFIG', 'is not a regular file'],
  [
    'a file of /proc',
    path => symlinkSync('/proc/self/environ', path),
    'BAD_CONFIG',
    'is a file of the kernel, below /proc or /sys',
  ],
  [
    'a file of /sys',
    path => symlinkSync('/sys/kernel/mm/transparent_hugepage/enabled', path),
    'BAD_CONFIG',
    'is a file of the kernel, below /proc or /sys',
  ],
  ['a link to itself', path => symlinkSync(path, path), 'BAD_CONFIG', "can't be opened (ELOOP)"],
  [
    'more than 1 MiB',
    path => folder.write(path.split('/').at(-1) ?? '', 'x'.repeat(1024 * 1024 + 1)),
    'BAD_VALUE',
    'is larger than 1 MiB',
  ],
  [
    'bytes that are no UTF-8',
    path => folder.write(path.split('/').at(-1) ?? '', Buffer.from([0xff])),
    'BAD_VALUE',
    'is not UTF-8 text',
  ],
])('%s is refused', (_, prepare, code, fact) => {
  prepare(`${folder.path}/bad`)
  const error = { code, message: `file://./bad ${fact}` }
  expect(() => read('bad')).toThrow(expect.objectContaining(error))
})

describe('a link that changes all the time', () => {
  // Exchanges `link` between a good file and /proc/self/environ, as fast as it can, until it is killed.
  const EXCHANGE = `
    const fs = require('node:fs')
    for (let turn = 0; ; turn++) {
      fs.symlinkSync(turn % 2 ? '/proc/self/environ' : 'good', 'next')
      fs.renameSync('next', 'link')
      if (turn === 1) fs.writeSync(1, 'ready')
    }`

  test('is either the good file or refused, whatever is exchanged between check and read', async () => {
    folder.write('good', 'good')
    const child = spawn(process.execPath, ['-e', EXCHANGE], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const outcomes = new Set<string>()
    for (let turn = 0; turn < 20_000 || outcomes.size < 2; turn++)
      outcomes.add(outcomeOf(() => read('link')?.text ?? 'missing'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect([...outcomes].sort()).toEqual(['BAD_CONFIG', 'good'])
  })

  test('deceives a reader that checks the path and then opens it', () => {
    folder.write('good', 'good')
    symlinkSync('/proc/self/environ', `${folder.path}/bad`)
    symlinkSync('good', `${folder.path}/link`)
    const isRegular = statSync(`${folder.path}/link`).isFile()
    renameSync(`${folder.path}/bad`, `${folder.path}/link`)
    expect([isRegular, readFileSync(`${folder.path}/link`, 'latin1') === 'good']).toEqual([true, false])
  })
})

function outcomeOf(attempt: () => string): string {
  try {
    return attempt()
  } catch (error) {
    return (error as { code: string }).code
  }
}
