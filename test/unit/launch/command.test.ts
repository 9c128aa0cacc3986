import { chmodSync, mkdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { findCommand } from '../../../src/launch/command.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

test('without PATH, what execvp searches', () => {
  expect(findCommand('sh')).toBe('/bin/sh')
})

test.each([
  // name   PATH                       found
  ['tool', (at: string) => `${at}/first:${at}/second`, 'first/tool'],
  ['tool', (at: string) => `${at}/none:${at}/second`, 'second/tool'],
  ['tool', (at: string) => `${at}/locked:${at}/second`, 'second/tool'],
  ['tool', (at: string) => `${at}/folders:${at}/second`, 'second/tool'],
  ['tool', (at: string) => `${at}/first/tool:${at}/second`, 'second/tool'], // a file in the place of a folder
  ['tool', (at: string) => `${at}/${'x'.repeat(300)}:${at}/second`, 'second/tool'],
])('%s in PATH, case %#', (name, path, found) => {
  using folder = createFolder()
  for (const place of ['first', 'second']) folder.write(`${place}/tool`, '', 0o755)
  folder.write('locked/tool', '', 0o644)
  mkdirSync(`${folder.path}/folders/tool`, { recursive: true })
  expect(findCommand(name, path(folder.path))).toBe(`${folder.path}/${found}`)
})

test.each([
  ['', 'NO_COMMAND', /^command not found: $/],
  ['nosuch', 'NO_COMMAND', /^command not found: nosuch$/],
  ['tool', 'NOT_EXECUTABLE', /locked\/tool may not be executed$/],
  ['./nosuch/tool', 'NO_COMMAND', /^command not found: \.\/nosuch\/tool$/],
  ['/', 'NOT_EXECUTABLE', /^\/ is a folder$/],
  ['/dev/null', 'NOT_EXECUTABLE', /^\/dev\/null may not be executed$/],
])('%j is not to be run', (name, code, message) => {
  using folder = createFolder()
  folder.write('locked/tool', '', 0o644)
  chmodSync(`${folder.path}/locked`, 0o755)
  const find = () => findCommand(name, `${folder.path}/locked:${folder.path}`)
  expect(find).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
})
