import { expect, test } from '@jest/globals'
import { describeFailure, isText } from '../../../src/launch/failure.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

test.each([
  // errno, exit code as a shell's, part of the message
  [1, 126, 'EPERM'],
  [2, 127, 'interpreter'],
  [7, 126, 'E2BIG'],
  [8, 126, 'ENOEXEC'],
  [12, 126, 'ENOMEM'],
  [13, 126, 'EACCES'],
  [20, 127, 'interpreter'],
  [26, 126, 'ETXTBSY'],
  [40, 126, 'ELOOP'],
  [99, 126, 'errno 99'],
])('errno %i', (errno, exitCode, fact) => {
  const error = describeFailure(errno, './tool')
  expect(error.exitCode).toBe(exitCode)
  expect(error.message).toMatch(/^\.\/tool /)
  expect(error.message).toContain(fact)
  expect(error.details.hint).toEqual(expect.any(String))
})

test.each([
  ['an empty file', '', true],
  ['a script', 'echo hello\n', true],
  ['a script with data after its first line', 'exit\n\0\0', true],
  ['a long first line', 'x'.repeat(1_000), true],
  ['a program', '\x7fELF\0\0\n', false],
  ['a NUL byte and no line', '\0', false],
])('%s', (_, content, expected) => {
  using folder = createFolder()
  expect(isText(folder.write('file', content))).toBe(expected)
})

test('a file that can not be read is left to the shell', () => {
  expect(isText('/no/such/file')).toBe(true)
})
