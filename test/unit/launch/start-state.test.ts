import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { listLosses } from '../../../src/launch/losses.ts'
import { takeStartState } from '../../../src/launch/start-state.ts'

const { pid, ppid } = process

test.each([
  [`1 ${pid} 1024 0000000000001000 0000000000000200 ,0,1,2,9`, 1024n, 0x1000n, 0x200n, [0, 1, 2, 9]],
  [`1 ${pid} unlimited 0 ffffffffffffffff ,0,2`, 2n ** 64n - 1n, 0n, 2n ** 64n - 1n, [0, 2]],
  [`1 ${pid} 64 0 0 `, 64n, 0n, 0n, []],
])('%s', (record, openFiles, ignored, blocked, descriptors) => {
  const environment = { SECWRAP_START: record, OTHER: 'stays' }
  const state = takeStartState(environment)
  expect(state).toEqual({ openFiles, ignored, blocked, descriptors, isRecorded: true })
  expect(environment).toEqual({ OTHER: 'stays' })
  expect(listLosses(state)).toEqual([])
})

test.each([
  ['of another process', `1 ${pid + 1} 64 0 0 ,0`],
  ['of a later version', `2 ${pid} 64 0 0 ,0`],
  ['with no limit in it', `1 ${pid}  0 0 ,0`],
  ['of nonsense', 'nonsense'],
  ['that is empty', ''],
])('a record %s counts for nothing, and goes as well', (_, record) => {
  const environment = { SECWRAP_START: record }
  expect(takeStartState(environment)).toEqual(takeStartState({}))
  expect(environment).toEqual({})
})

test('without a record: the limit of the parent, and nothing ignored or blocked', () => {
  const [, soft = ''] = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${ppid}/limits`, 'utf8')) ?? []
  const state = takeStartState({})
  expect(state).toEqual({
    openFiles: BigInt(soft),
    ignored: 0n,
    blocked: 0n,
    descriptors: [0, 1, 2],
    isRecorded: false,
  })
  expect(listLosses(state)).not.toEqual([])
})
