import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { openLibc } from '../../../../src/core/libc.ts'
import { parsePid, sendByPidFile } from '../../../../src/launch/sidecar/pid-file.ts'
import { createFolder } from '../../../helpers/temporary-folder.ts'

test.each([
  ['4711', 4711],
  [' 4711\n', 4711],
  ['1', 1],
  ['2147483647', 2147483647],
  ['2147483648', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['-4711', undefined],
  ['04711', undefined],
  ['4711 4712', undefined],
  ['4711.0', undefined],
  ['0x10', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['nginx', undefined],
])('%j holds the process %s', (text, pid) => {
  expect(parsePid(text)).toBe(pid)
})

const USR1 = 10

async function send(content: string | undefined): Promise<string | undefined> {
  using folder = createFolder()
  const pidFile = `${folder.path}/pid`
  if (content !== undefined) folder.write('pid', content)
  const libc = openLibc()
  if (!libc) throw new Error('no FFI')
  return sendByPidFile(libc, { signal: USR1, pidFile })?.replace(folder.path, '')
}

test.each([
  ['a missing file', undefined, `the pid file /pid can't be read (ENOENT)`],
  ['no number', 'x', 'the pid file /pid holds no process id'],
  ['a group', '-1', 'the pid file /pid holds no process id'],
  ['ourselves', String(process.pid), 'the pid file /pid holds the process id of secwrap itself'],
  ['nobody', '2147483647', 'the pid file /pid holds 2147483647, and there is no such process'],
])('%s', async (_, content, problem) => {
  expect(await send(content)).toBe(problem)
})

test('the process gets the signal', async () => {
  const child = spawn('sleep', ['60'])
  const end = once(child, 'exit')
  expect(await send(`${child.pid}\n`)).toBeUndefined()
  expect(await end).toEqual([null, 'SIGUSR1'])
})
