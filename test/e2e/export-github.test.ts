/** `export --format github`: masks for the runner on standard output, variables in its file. */
import { mkdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readEnvironmentFile, readMasks } from '../helpers/github-runner.ts'
import { COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'

const KEY = '-----BEGIN KEY-----\nplanted=100%\n-----END KEY-----'

function createStep() {
  const folder = createFolder()
  folder.write('key', KEY)
  folder.write('.env.template', 'MODE=production\nKEY=file://./key\n# @public\nSHOWN=file://./key\nEMPTY=\n')
  return folder
}

test('values go to the end of the file, secrets to the masks', async () => {
  using step = createStep()
  const file = step.write('github-env', 'EARLIER=1')
  const result = await secwrap(['export', '--format', 'github'], {
    cwd: step.path,
    env: { GITHUB_ENV: file },
  })
  expect([result.stderr, result.exitCode]).toEqual(['', 0])
  expect(readEnvironmentFile(readFileSync(file, 'utf8'))).toEqual([
    ['EARLIER', '1'],
    ['MODE', 'production'],
    ['KEY', KEY],
    ['SHOWN', KEY],
    ['EMPTY', ''],
  ])
  expect(readMasks(result.stdout)).toEqual([KEY, '-----BEGIN KEY-----', 'planted=100%', '-----END KEY-----'])
})

test('a second export comes after the first', async () => {
  using step = createStep()
  const options = { cwd: step.path }
  await secwrap(['export', '--format', 'github', '-o', 'file'], options)
  await secwrap(['export', '--format', 'github', '-o', 'file'], options)
  expect(readEnvironmentFile(readFileSync(`${step.path}/file`, 'utf8'))).toHaveLength(8)
})

test('masks are out before anything is written', async () => {
  using step = createStep()
  mkdirSync(`${step.path}/folder`)
  const env = { GITHUB_ENV: `${step.path}/folder` }
  const { stdout, stderr, exitCode } = await secwrap(['export', '--format', 'github'], {
    cwd: step.path,
    env,
  })
  expect(readMasks(stdout)[0]).toBe(KEY)
  expect([stderr, exitCode]).toEqual([expect.stringContaining("can't be written (EISDIR)"), 78])
})

test('a terminal gets no masks', async () => {
  using step = createStep()
  const command = `${COMPILED.argv.join(' ')} export --format github -o file; echo done:$?:`
  using terminal = openTerminal(['sh', '-c', command], step.path)
  expect(await terminal.expect(/^.*done:0:/s)).toBe('done:0:')
  expect(readEnvironmentFile(readFileSync(`${step.path}/file`, 'utf8'))).toHaveLength(4)
})

test('what the runner would not take is refused, and neither masks nor variables are written', async () => {
  using step = createStep()
  step.write('.env.template', 'KEY=file://./key\nNODE_OPTIONS=--inspect\nGITHUB_REF=x\n')
  const file = step.write('github-env', '')
  const result = await secwrap(['export', '--format', 'github'], {
    cwd: step.path,
    env: { GITHUB_ENV: file },
  })
  expect([result.stdout, result.exitCode, readFileSync(file, 'utf8')]).toEqual(['', 65, ''])
  expect(result.stderr.match(/error:/g)).toHaveLength(2)
})
