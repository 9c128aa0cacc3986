import { SecwrapError } from '../../core/errors.ts'
import { exists } from '../../core/files.ts'
import type { Inspect } from '../../core/types.ts'
import { foldersOf } from '../secret.ts'

/** @throws SecwrapError BAD_CONFIG where the platform mounts none. */
export const inspect: Inspect = (_, env) => {
  const folders = foldersOf(env).filter(exists)
  if (folders.length > 0) return folders
  throw new SecwrapError('BAD_CONFIG', 'there is no folder of secrets here', {
    hint: '/run/secrets, or CREDENTIALS_DIRECTORY',
  })
}
