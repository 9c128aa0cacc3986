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

test('a row is read', () => {
  expect(listPackages('| package |\n| `a`, `@b/c` | `d` |\n')).toEqual(['a', '@b/c'])
})
