import type { Inspect } from '../../core/types.ts'
import { locatePrefix, locateSecret } from '../azure/names.ts'
import { readSettings } from '../azure/settings.ts'
import { listSources } from '../azure/sources.ts'

/** Vaults, and the credentials that would be tried. @throws SecwrapError BAD_CONFIG, BAD_TEMPLATE, DENIED. */
export const inspect: Inspect = ({ ids }, env) => {
  const settings = readSettings(env)
  const locate = (id: (typeof ids)[number]) =>
    id.path.endsWith('/') ? locatePrefix(id, settings) : locateSecret(id, settings).vault
  const origins = new Set(ids.map(id => locate(id).origin))
  return [...origins, `credentials: ${listSources(settings).join(', ')}`]
}
