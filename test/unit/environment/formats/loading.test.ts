/** An export pays for its own format only. */
import { expect, test } from '@jest/globals'
import { FORMATS } from '../../../../src/environment/formats/index.ts'
import { reachableFrom, readSources } from '../../../helpers/sources.ts'

const sources = readSources(`${import.meta.dirname}/../../../../src`)

test('the command loads no format before it knows which', () => {
  const files = Object.keys(FORMATS).map(name => `environment/formats/${name}.ts`)
  const reached = reachableFrom('commands/export.ts', sources, false)
  expect(files.filter(file => reached.has(file))).toEqual([])
  const sometimes = reachableFrom('commands/export.ts', sources, true)
  expect(files.filter(file => !sometimes.has(file))).toEqual([])
})
