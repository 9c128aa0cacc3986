import { SecwrapError } from '../../core/errors.ts'
import type { Inspect } from '../../core/types.ts'
import { findKeys } from '../../sops/keys.ts'
import { readSecretFile } from '../shared/read-file.ts'

/** Where age identities are kept here; no command is run. @throws SecwrapError DENIED where there are none. */
export const inspect: Inspect = async (_, env) => {
  const found: string[] = []
  const looked: string[] = []
  const surroundings = {
    env,
    readFile: (path: string) => readSecretFile(path, path)?.text,
    runCommand: () => Promise.resolve(''),
  }
  for await (const { name, identities, problem } of findKeys([], surroundings)) {
    if (identities.length > 0) found.push(`age identities: ${name}`)
    else looked.push(`${name} (${problem})`)
  }
  if (env.SOPS_AGE_KEY_CMD) found.push('age identities: SOPS_AGE_KEY_CMD')
  if (found.length > 0) return found
  throw new SecwrapError('DENIED', 'there is no age identity', { hint: `looked at ${looked.join(', ')}` })
}
