import type { Inspect } from '../../core/types.ts'
import { chooseWay, type Way } from '../vault/login.ts'
import { readSettings } from '../vault/settings.ts'

/** Address, namespace, and where the token comes from. @throws SecwrapError BAD_CONFIG, DENIED. */
export const inspect: Inspect = ({ options }, env) => {
  const { address, namespace, warnings } = readSettings(options, env)
  const place = namespace ? [address, `namespace ${namespace}`] : [address]
  return [...place, describeWay(chooseWay(env)), ...warnings]
}

function describeWay(way: Way): string {
  if ('token' in way) return `token: ${way.token.source}`
  return 'wrapping' in way ? `wrapped token: ${way.wrapping.name}` : `log-in: ${way.method[0]}`
}
