/** Each format, read back by the programs that it is for: a value is carried exactly, or refused. */
import { expect } from '@jest/globals'
import fc from 'fast-check'
import type { Environment } from '../../../src/core/types.ts'
import type { Format } from '../../../src/environment/formats/format.ts'
import { FORMATS } from '../../../src/environment/formats/index.ts'
import { writeEnvironment } from '../../../src/environment/formats/write.ts'
import { testWith } from '../../helpers/needs.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import { READERS, type Reader } from './readers.ts'
import { documents, PAIRS, type Variables } from './variables.ts'

const PLACE = { file: '.env.template', line: 1, name: '' }

function write(format: Format, variables: Variables) {
  const environment: Record<string, string> = Object.create(null)
  for (const [name, value] of variables) environment[name] = value
  return writeEnvironment(format, environment satisfies Environment, () => PLACE, { name: 'app' })
}

/** The variables that the format does not refuse, as [written, read] pairs that should be equal. */
async function passThrough(reader: Reader, format: Format, all: readonly Variables[]) {
  using folder = createFolder()
  const carried = all.map(variables => variables.filter(pair => write(format, [pair]).problems.length === 0))
  const files = carried.map((variables, index) => folder.write(`${index}`, write(format, variables).text))
  const read = await reader.read(files)
  const found = carried.map((variables, index) => {
    const values = new Map(read[index])
    return variables.map(([name]) => [name, values.get(name)])
  })
  return { carried, found }
}

for (const reader of READERS) {
  const testReader = testWith(reader.isHere, reader.name)

  testReader(`${reader.format}: ${reader.name} reads every two pieces side by side`, async () => {
    const { format }: { readonly format: Format } = await FORMATS[reader.format]()
    const { carried, found } = await passThrough(reader, format, [PAIRS])
    expect(found).toEqual(carried)
    // Refusing is not the way out.
    expect((carried[0]?.length ?? 0) / PAIRS.length).toBeGreaterThan(0.75)
  })

  testReader(`${reader.format}: ${reader.name} reads any document`, async () => {
    const { format }: { readonly format: Format } = await FORMATS[reader.format]()
    const property = fc.asyncProperty(documents, async all => {
      const { carried, found } = await passThrough(reader, format, all)
      expect(found).toEqual(carried)
    })
    await fc.assert(property, { numRuns: 3 })
  })
}
