/** docs/decisions/dependencies.md has each package of package.json, and says rightly which of them a release holds. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { importsOf, readSources } from '../../helpers/sources.ts'

const root = `${import.meta.dirname}/../../..`
const page = readFileSync(`${root}/docs/decisions/dependencies.md`, 'utf8')
const [inRelease = '', forTests = ''] = page.split('For the tests and the build only')

/** The packages in the first column of a table. */
function listPackages(text: string): string[] {
  const cells = [...text.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap(cell => cell.match(/(?<=`)[^`, ]+(?=`)/g) ?? [])
}

/** `@noble/ciphers` of `@noble/ciphers/chacha.js`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const imported = readSources(`${root}/src`)
  .flatMap(importsOf)
  .filter(({ isOurs, isType, to }) => !isOurs && !isType && !to.startsWith('node:'))
  .map(({ to }) => packageOf(to))

test('the sources import just the packages of the first table', () => {
  expect(listPackages(inRelease).sort()).toEqual([...new Set(imported)].sort())
})

test('package.json has just the packages of both tables', () => {
  const { devDependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  expect([...listPackages(inRelease), ...listPackages(forTests)].sort()).toEqual(
    Object.keys(devDependencies).sort(),
  )
})

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Lock = Readonly<Record<string, Locked>>

/** What packages of a lock file need and it does not have: `npm ci` refuses such a file. */
function listUnlocked(lock: Lock): string[] {
  return Object.entries(lock).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter(name => !isLocked(lock, path, name)),
  )
}

/** In the package's own folder, or in one above it. */
function isLocked(lock: Lock, path: string, name: string): boolean {
  if (`${path ? `${path}/` : ''}node_modules/${name}` in lock) return true
  return path !== '' && isLocked(lock, path.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''), name)
}

test('the lock file has all that its packages need, for other systems too', () => {
  const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as { packages: Lock }
  expect(Object.keys(packages).length).toBeGreaterThan(400)
  expect(listUnlocked(packages)).toEqual([])
})

test('what a lock file lacks is seen', () => {
  const lock: Lock = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': {
      dependencies: { '@b/c': '1' },
      optionalDependencies: { 'a-darwin': '1', 'a-linux': '1' },
    },
    'node_modules/a/node_modules/@b/c': { dependencies: { a: '1', d: '1' } },
    'node_modules/a-linux': {},
  }
  expect(listUnlocked(lock)).toEqual(['a-darwin', 'd'])
})

test('a row is read', () => {
  expect(listPackages('| package |\n| `a`, `@b/c` | `d` |\n')).toEqual(['a', '@b/c'])
})
