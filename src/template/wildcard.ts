import { SecwrapError } from '../core/errors.ts'
import type { Piece } from './syntax.ts'

/**
 * `PREFIX_*=` takes one reference.
 *
 * @throws SecwrapError BAD_TEMPLATE for anything else, and for a prefix that is no name.
 */
export function checkWildcard(
  prefix: string,
  [piece, ...others]: readonly Piece[],
): { readonly prefix: string } {
  if (!/^(?:[A-Za-z_]\w*)?$/.test(prefix)) {
    throw new SecwrapError('BAD_TEMPLATE', 'the prefix of a wildcard is not a name', { hint: 'CACHE_*=' })
  }
  const isReference = typeof piece === 'object' && piece.kind === 'reference' && others.length === 0
  if (isReference && !piece.others && !piece.operator && piece.filters.length === 0) return { prefix }
  throw new SecwrapError('BAD_TEMPLATE', 'a wildcard takes one reference and nothing else', {
    hint: `${prefix}*=ssm:///prod/app/`,
  })
}
