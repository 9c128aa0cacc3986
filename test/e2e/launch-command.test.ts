/** Which file becomes the command, with which arguments and variables, and what is said where none does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, BARE_ENVIRONMENT, run, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

const SCRIPT = '#!/bin/sh\necho found "$0" "$@"\n'

/** tool is what is looked for; `first` and `second` are in PATH, and so is the current folder where PATH says so. */
const SEARCHES: readonly [
  string,
  { files: Record<string, [string, number]>; path: string; name: string },
  string,
][] = [
  [
    'the first folder wins',
    {
      files: { 'first/tool': [SCRIPT, 0o755], 'second/tool': [SCRIPT, 0o755] },
      path: 'first:second',
      name: 'tool',
    },
    'found first/tool',
  ],
  [
    'a file that may not run is passed over',
    {
      files: { 'first/tool': [SCRIPT, 0o644], 'second/tool': [SCRIPT, 0o755] },
      path: 'first:second',
      name: 'tool',
    },
    'found second/tool',
  ],
  [
    'a folder of the name is passed over',
    {
      files: { 'first/tool/x': [SCRIPT, 0o755], 'second/tool': [SCRIPT, 0o755] },
      path: 'first:second',
      name: 'tool',
    },
    'found second/tool',
  ],
  [
    'an empty folder is the current one',
    { files: { tool: [SCRIPT, 0o755] }, path: ':second', name: 'tool' },
    'found ./tool',
  ],
  ['so is an empty PATH', { files: { tool: [SCRIPT, 0o755] }, path: '', name: 'tool' }, 'found ./tool'],
  [
    'the current folder is not searched unasked',
    { files: { tool: [SCRIPT, 0o755], 'second/tool': [SCRIPT, 0o755] }, path: 'first:second', name: 'tool' },
    'found second/tool',
  ],
  [
    'a path is not searched',
    { files: { 'a/tool': [SCRIPT, 0o755], 'first/a/tool': [SCRIPT, 0o755] }, path: 'first', name: 'a/tool' },
    'found a/tool',
  ],
  [
    "a script without #! is a shell's",
    { files: { 'first/tool': ['echo found "$0" "$@"\n', 0o755] }, path: 'first', name: 'tool' },
    'found first/tool',
  ],
  ['an empty file does nothing', { files: { 'first/tool': ['', 0o755] }, path: 'first', name: 'tool' }, ''],
]

const FAILURES: readonly [
  string,
  { files: Record<string, [string, number]>; name: string },
  number,
  string,
][] = [
  ['nothing of the name', { files: {}, name: 'tool' }, 127, 'command not found: tool [NO_COMMAND]'],
  ['no name', { files: {}, name: '' }, 127, 'command not found:  [NO_COMMAND]'],
  ['no such path', { files: {}, name: './tool' }, 127, 'command not found: ./tool [NO_COMMAND]'],
  [
    'a path through a file',
    { files: { tool: [SCRIPT, 0o755] }, name: './tool/x' },
    127,
    'command not found: ./tool/x [NO_COMMAND]',
  ],
  [
    'not executable',
    { files: { 'first/tool': [SCRIPT, 0o644] }, name: 'tool' },
    126,
    'first/tool may not be executed [NOT_EXECUTABLE]',
  ],
  [
    'a folder',
    { files: { 'tool/x': ['', 0o644] }, name: './tool' },
    126,
    './tool is a folder [NOT_EXECUTABLE]',
  ],
  [
    'no interpreter',
    { files: { tool: ['#!/no/such/program\n', 0o755] }, name: './tool' },
    127,
    './tool needs an interpreter that does not exist [NO_COMMAND]',
  ],
  [
    "another machine's program",
    { files: { tool: ['\x7fELF\x02\x01\x01\0\0\0', 0o755] }, name: './tool' },
    126,
    './tool is not a program for this machine (ENOEXEC) [NOT_EXECUTABLE]',
  ],
]

function fill(folder: Folder, files: Readonly<Record<string, readonly [string, number]>>): void {
  folder.write('.env.template', '')
  for (const [name, [content, mode]] of Object.entries(files)) folder.write(name, content, mode)
}

/** The template sets PATH, so that the program itself starts as ever. */
describe.each(ARTIFACTS)('$name', artifact => {
  test.each(SEARCHES)('%s', async (_, { files, path, name }, found) => {
    using folder = createFolder()
    fill(folder, files)
    folder.write('.env.template', `PATH=${path}\n`)
    const { stdout, stderr, exitCode } = await secwrap(['exec', '--', name, 'a  b'], {
      artifact,
      cwd: folder.path,
    })
    expect([stdout.trim(), stderr, exitCode]).toEqual([found && `${found} a  b`, '', 0])
  })

  test.each(FAILURES)('%s', async (_, { files, name }, code, message) => {
    using folder = createFolder()
    fill(folder, files)
    folder.write('.env.template', 'PATH=first:second\n')
    const { stdout, stderr, exitCode } = await secwrap(['exec', '--', name], { artifact, cwd: folder.path })
    expect([stderr.split('\n')[0], stdout, exitCode]).toEqual([`secwrap: error: ${message}`, '', code])
  })

  test('a program that is open for writing', async () => {
    using folder = createFolder()
    fill(folder, { tool: [SCRIPT, 0o755] })
    const descriptor = openSync(`${folder.path}/tool`, 'r+')
    const { stderr, exitCode } = await secwrap(['exec', '--', './tool'], { artifact, cwd: folder.path })
    closeSync(descriptor)
    expect([stderr.split('\n')[0], exitCode]).toEqual([
      'secwrap: error: ./tool is open for writing (ETXTBSY) [NOT_EXECUTABLE]',
      126,
    ])
  })

  test('arguments and variables, byte for byte', async () => {
    using folder = createFolder()
    fill(folder, {})
    // What reaches the command, as hex: its arguments, and two variables that are not or only just UTF-8.
    const show = 'printf "%s|" "$0" "$@" "$RAW" "$REPLACED" | od -An -v -tx1 | tr -d " \\n"'
    const given = ['', '007', '--', '-x', '--template', 'a\nb', '$HOME', '*', "it's", 'ü€😀', '\ufffd']
    const bytes = 'RAW=$(printf "a\\377b") REPLACED=$(printf "\\357\\277\\275"); export RAW REPLACED'
    const outer = `${bytes}; exec "$@" "$(printf "\\200\\376")"`
    const start = (prefix: readonly string[]) =>
      run(['sh', '-c', outer, 'sh', ...prefix, 'sh', '-c', show, 'name', ...given], { cwd: folder.path })
    const direct = await start([])
    expect(direct.stdout).toContain('61ff627c')
    expect(await start([...artifact.argv, 'exec', '--'])).toEqual({ ...direct, pid: expect.any(Number) })
  })

  test('a template overrides a variable that is not UTF-8', async () => {
    using folder = createFolder()
    folder.write('.env.template', 'RAW=text\n')
    const argv = [...artifact.argv, 'exec', '--', 'sh', '-c', 'env | grep ^RAW=']
    const { stdout } = await run(['sh', '-c', 'RAW=$(printf "a\\377b") exec "$@"', 'sh', ...argv], {
      cwd: folder.path,
    })
    expect(stdout).toBe('RAW=text\n')
  })

  test('settings for a Bun or Node that the command may be', async () => {
    using folder = createFolder()
    fill(folder, {})
    const env = {
      BUN_BE_BUN: '1',
      BUN_OPTIONS: '--version',
      BUN_INSPECT: '127.0.0.1:1',
      NODE_OPTIONS: '--require /no/such/file',
      NODE_DEBUG: "http, '$(x)",
      NODE_COMPILE_CACHE: `${folder.path}/cache`, // would be written, and believed
      NODE_CHARM: '', // begins as NODE_CHANNEL_FD does
      MIMALLOC_SHOW_STATS: '1',
      MIMALLOC_PURGE_DELAY: '7', // a setting of ours, too
      BUN_GC_TIMER_DISABLE: '0', // likewise
    }
    const args = ['exec', '--', 'sh', '-c', 'env | grep -E "^(BUN|NODE|SECWRAP|MIMALLOC)_" | sort']
    const { stdout, stderr } = await secwrap(args, { artifact, cwd: folder.path, env })
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
    expect([stdout, stderr, folder.has('cache')]).toEqual([given.sort().join(''), '', false])
  })

  test('the channel of a Node that starts another', async () => {
    using folder = createFolder()
    fill(folder, {})
    const [file = '', ...args] = [...artifact.argv, 'exec', '--', 'node', '-e', 'process.send("hello")']
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
    const child = spawn(file, args, { cwd: folder.path, env: BARE_ENVIRONMENT, stdio: [...stdio] })
    const [[message]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
    expect(message).toBe('hello')
  })

  const ODD = ['discovery.type=single node', 'a-b=', '1=one', 'BASH_FUNC_f%%=() { :; }', 'é=\nPWD=x\n']
  const LOWER = ['name', 'self', 'root', 'dir', 'line', 'limit', 'rest'].map(name => `${name}=caller's`)

  test.each([
    ['names that no shell takes', ODD],
    ['names that a script may have', LOWER],
    ['no PWD', []],
    ['a PWD that is not true', ['PWD=/usr']],
    ['a PWD that is not true, and odd names', ['PWD=/usr', ...ODD]],
    ['a PWD of lines', ['PWD=/usr\n/bin']],
  ])('the environment as it is: %s', async (_, assignments) => {
    using folder = createFolder()
    fill(folder, {})
    const start = async (prefix: readonly string[]) => {
      const given = ['env', '-i', `PATH=${BARE_ENVIRONMENT.PATH}`, ...assignments]
      const { stdout } = await run([...given, ...prefix, 'env', '-0'], { cwd: folder.path })
      return stdout.split('\0').sort()
    }
    expect(await start([...artifact.argv, 'exec', '--'])).toEqual(await start([]))
  })

  test('an empty environment', async () => {
    const args = ['exec', '--pristine', '--', '/usr/bin/env']
    using folder = createFolder()
    folder.write('.env.template', '')
    expect(await secwrap(args, { artifact, cwd: folder.path })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('argv[0] is the name as given', async () => {
    using folder = createFolder()
    fill(folder, {})
    const args = ['exec', '--', 'sh', '-c', 'tr "\\0" "\\n" </proc/$$/cmdline | head -n 1']
    expect((await secwrap(args, { artifact, cwd: folder.path, env: BARE_ENVIRONMENT })).stdout).toBe('sh\n')
  })
})
