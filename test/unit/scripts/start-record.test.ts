import { copyFileSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { addStartRecord } from '../../../scripts/start-record/patch.mjs'
import { ADDRESS, assemble, CODE_OFFSET } from '../../../scripts/start-record/x64.mjs'
import { createFolder } from '../../helpers/temporary-folder.ts'

const JUMP_BYTES = 5

test.each([[0x400000], [0x1a40d00], [0x7000000]])('the code ends in a jump to %i', entry => {
  const code = assemble(entry, 0x6a214a0)
  expect(code[code.length - JUMP_BYTES]).toBe(0xe9)
  const end = ADDRESS + CODE_OFFSET + code.length
  expect(end + code.readInt32LE(code.length - 4)).toBe(entry)
  expect(CODE_OFFSET + code.length).toBeLessThan(0x1000)
})

test.each([
  ['a program of another layout', '/bin/sh', /^the compiled program is not .*of a fixed address/],
  ['a script', `${import.meta.dirname}/../../fixtures/probe.sh`, /^the compiled program is not a 64-bit/],
])('%s stays as it is', (_, source, message) => {
  using folder = createFolder()
  const file = `${folder.path}/program`
  copyFileSync(source, file)
  expect(() => addStartRecord(file)).toThrow(message)
  expect(readFileSync(file).equals(readFileSync(source))).toBe(true)
})
