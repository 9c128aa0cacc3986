import type { SecretId } from '../../core/types.ts'
import { formatUri } from '../../template/reference.ts'

/** The id of a secret that a list told: of the same store, by the same options. */
export function idAt(path: string, { scheme, options }: SecretId): SecretId {
  return { uri: formatUri(scheme, path, options), scheme, path, options }
}
