import { SecwrapError } from '../core/errors.ts'
import type { Format } from './tree.ts'

/**
 * The format of a file: by `?format=`, else by its name as sops does it, so `secrets.env.enc` is binary.
 *
 * @throws SecwrapError BAD_TEMPLATE for a format that does not exist, BAD_CONFIG for ini.
 */
export function formatOf(path: string, option: string | undefined): Format {
  const name = option ?? ENDINGS.find(([ending]) => path.endsWith(ending))?.[1] ?? 'binary'
  if (name === 'ini') {
    throw new SecwrapError(
      'BAD_CONFIG',
      'is an INI file, and secwrap reads dotenv, JSON, YAML and binary ones',
    )
  }
  if (!isFormat(name)) throw new SecwrapError('BAD_TEMPLATE', 'has an unknown format', { hint: HINT })
  return name
}

const ENDINGS = [
  ['.env', 'dotenv'],
  ['.json', 'json'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.ini', 'ini'],
] as const

const FORMATS = ['dotenv', 'json', 'yaml', 'binary'] as const
const HINT = `?format=${FORMATS.join(', ?format=')}`

function isFormat(name: string): name is Format {
  return (FORMATS as readonly string[]).includes(name)
}
