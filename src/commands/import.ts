import { SecwrapError } from '../core/errors.ts'
import { protectProcess } from '../launch/exec.ts'
import { checkTarget, planMany } from './copy.ts'
import type { Flag, FlagValues } from './flags.ts'
import { readImport } from './import/read.ts'
import { TRANSFER_FLAGS, transfer } from './transfer.ts'
import { parseVerbReference } from './verbs.ts'

const FORMAT_FLAG: Flag = {
  name: 'format',
  type: 'string',
  choices: ['dotenv', 'json', 'yaml'],
  describe: 'Format of the file, by default by its name: .json, .yaml, .yml, else dotenv',
}

export const flags = [FORMAT_FLAG, ...TRANSFER_FLAGS]

/** Writes every value of a file: a secret each below a path that ends in /, else together as the fields of one. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const [file, to, ...others] = words
  if (file === undefined || to === undefined || others.length > 0) {
    throw new SecwrapError('BAD_USAGE', 'import takes a file and a reference', {
      hint: 'secwrap import .env ssm:///prod/app/ --dry-run',
    })
  }
  const target = parseVerbReference(to)
  checkTarget(target)
  protectProcess()
  const items = await readImport(file, values.format === undefined ? undefined : String(values.format), to)
  await transfer(target, values, stores => planMany(items, target, stores))
}
