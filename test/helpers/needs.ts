/** Tests of what not every machine has. */
import { existsSync } from 'node:fs'
import { test } from '@jest/globals'
import { BARE_ENVIRONMENT } from './secwrap.ts'

/** Where a program is, or would have to be. */
export function findProgram(name: string): string | undefined {
  const folders = BARE_ENVIRONMENT.PATH.split(':')
  return folders.map(folder => `${folder}/${name}`).find(existsSync)
}

/** `test`, that counts as skipped and says why where something is missing; in CI it runs, and fails. */
export function testWith(isHere: boolean): typeof test {
  return isHere || process.env.CI ? test : (test.skip as typeof test)
}
