import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Files } from '../../../src/core/files.ts'
import { readOpen, readWhole } from '../../../src/core/files.ts'
import { filesByCalls } from '../../../src/core/files-by-calls.ts'
import { filesByNode } from '../../../src/core/files-by-node.ts'
import { openLibc } from '../../../src/core/libc.ts'

const folder = mkdtempSync(`${tmpdir()}/secwrap-files-`)
afterAll(() => rmSync(folder, { recursive: true }))

writeFileSync(`${folder}/plain`, 'héllo', { mode: 0o640 })
writeFileSync(`${folder}/tool`, '', { mode: 0o755 })
writeFileSync(`${folder}/large`, Buffer.alloc(100_000, 'x'))
chmodSync(`${folder}/plain`, 0o640)
symlinkSync('plain', `${folder}/link`)
symlinkSync('loop', `${folder}/loop`)
execFileSync('mkfifo', [`${folder}/fifo`])

const libc = openLibc()
if (!libc) throw new Error('this Node has no FFI')

const implementations: [string, Files][] = [
  ['by the kernel', filesByCalls(libc)],
  ['by node:fs', filesByNode()],
]

describe.each(implementations)('files %s', (_, files) => {
  test.each([
    ['plain', { kind: 'file', size: 6, mode: 0o640 }],
    ['link', { kind: 'file', size: 6, mode: 0o640 }],
    ['tool', { kind: 'file', size: 0, mode: 0o755 }],
    ['.', { kind: 'folder' }],
    ['fifo', { kind: 'other' }],
  ])('status of %s, by path and opened', (name, expected) => {
    const path = `${folder}/${name}`
    const descriptor = files.open(path)
    try {
      expect(files.status(path)).toMatchObject(expected)
      expect(files.status(descriptor)).toEqual(files.status(path))
    } finally {
      files.close(descriptor)
    }
  })

  test('tells file systems apart', () => {
    expect(files.status('/proc/self/environ')?.device).toBe(files.status('/proc')?.device)
    expect(files.status('/proc')?.device).not.toBe(files.status(folder)?.device)
  })

  test.each([
    ['nosuch', 'ENOENT'],
    ['plain/below', 'ENOTDIR'],
    ['loop', 'ELOOP'],
    ['x'.repeat(300), 'ENAMETOOLONG'],
  ])('says why there is no %.20s', (name, code) => {
    const path = `${folder}/${name}`
    const failure = expect.objectContaining({ code })
    expect(() => files.open(path)).toThrow(failure)
    expect(() => files.checkExecutable(path)).toThrow(failure)
  })

  test.each(['nosuch', 'plain/below'])('%s has no status', name => {
    expect(files.status(`${folder}/${name}`)).toBeUndefined()
  })

  test.each([
    ['loop', 'ELOOP'],
    ['x'.repeat(300), 'ENAMETOOLONG'],
  ])('says why it does not know whether there is a %.20s', (name, code) => {
    expect(() => files.status(`${folder}/${name}`)).toThrow(expect.objectContaining({ code }))
  })

  test('a name with a NUL byte is no file, whatever is before it', () => {
    expect(() => files.open(`${folder}/plain\0.txt`)).toThrow()
  })

  test('knows what may be executed', () => {
    expect(() => files.checkExecutable(`${folder}/plain`)).toThrow(
      expect.objectContaining({ code: 'EACCES' }),
    )
    expect(files.checkExecutable(`${folder}/tool`)).toBeUndefined()
  })

  test('reads from where it stands into where it is told', () => {
    const descriptor = files.open(`${folder}/plain`)
    const bytes = new Uint8Array(8)
    expect([files.read(descriptor, bytes.subarray(0, 3), 1), files.read(descriptor, bytes, 3)]).toEqual([
      2, 4,
    ])
    expect(Buffer.from(bytes).toString()).toBe('\0héllo\0')
    expect(files.read(descriptor, bytes, 0)).toBe(0)
    files.close(descriptor)
    expect(() => files.read(descriptor, bytes, 0)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  test('writes what is left from a start on', () => {
    const descriptor = openSync(`${folder}/written`, 'w')
    expect(files.write(descriptor, Buffer.from('hello'), 2)).toBe(3)
    files.close(descriptor)
    expect(Buffer.from(readWhole(`${folder}/written`, 100)).toString()).toBe('llo')
  })

  test('opens a FIFO without a writer at once', () => {
    const descriptor = files.open(`${folder}/fifo`)
    expect(files.read(descriptor, new Uint8Array(8), 0)).toBe(0)
    files.close(descriptor)
  })
})

test.each([
  ['all of it', Number.POSITIVE_INFINITY, 100_000],
  ['up to a limit', 70_000, 70_000],
])('a file larger than the first buffer: %s', (_, limit, length) => {
  const bytes = readWhole(`${folder}/large`, limit)
  expect(Buffer.from(bytes).equals(Buffer.alloc(length, 'x'))).toBe(true)
})

test('a file that says it is empty has its bytes all the same', () => {
  expect(readWhole('/proc/self/environ', 1_000_000).length).toBeGreaterThan(0)
})

test('what is open is read on from where it stands', () => {
  const descriptor = openSync(`${folder}/plain`, 'r')
  expect(readOpen(descriptor, 1).length).toBe(1)
  expect(Buffer.from(readOpen(descriptor, 100)).toString()).toBe('éllo')
})
