/** Tests of what not every machine has. */
import { existsSync } from 'node:fs'
import { test } from '@jest/globals'
import { BARE_ENVIRONMENT } from './secwrap.ts'

/** Where a program is, or would have to be. */
export function findProgram(name: string): string | undefined {
  const folders = BARE_ENVIRONMENT.PATH.split(':')
  return folders.map(folder => `${folder}/${name}`).find(existsSync)
}

/** `test` where `what` is here. Elsewhere it counts as skipped and says so; in CI it runs, and fails. */
export function testWith(
  isHere: boolean,
  what: string,
): (title: string, run: () => Promise<void>, timeoutMs?: number) => void {
  if (isHere || process.env.CI) return test
  return (title, run) => test.skip(`${title} (${what} is not here)`, run)
}
