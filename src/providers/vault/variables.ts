/**
 * Settings and credentials from the environment: OpenBao's `BAO_X` where it is set, else `VAULT_X`;
 * an empty one counts as unset. Source: OpenBao documentation, "Commands (CLI)".
 */
import { SecwrapError } from '../../core/errors.ts'
import { readWhole } from '../../core/files.ts'
import type { Inherited } from '../../core/types.ts'

export interface Variable {
  readonly name: string // VAULT_TOKEN: as the user set it, for messages
  readonly value: string
}

/** The first of these that is set. Names are without their prefix: `ADDR`. */
export function findVariable(env: Inherited, ...names: readonly string[]): Variable | undefined {
  for (const suffix of names) {
    for (const name of [`BAO_${suffix}`, `VAULT_${suffix}`]) {
      const value = env[name]
      if (value) return { name, value }
    }
  }
  return undefined
}

/** The value of `X`, else the content of the file that `X_FILE` names, without white space around it. */
export function findCredential(env: Inherited, ...names: readonly string[]): Variable | undefined {
  const direct = findVariable(env, ...names)
  if (direct) return { name: direct.name, value: direct.value.trim() }
  const file = findVariable(env, ...names.map(name => `${name}_FILE`))
  return file && { name: file.name, value: readCredentialFile(file.name, file.value) }
}

/** @throws SecwrapError BAD_CONFIG naming the setting, the path and the system's error code. */
export function readCredentialFile(setting: string, path: string): string {
  const text = readSettingFile(setting, path).trim()
  if (text === '') throw new SecwrapError('BAD_CONFIG', `${setting}: ${path} is empty`)
  return text
}

const MAX_BYTES = 1024 * 1024

export function readSettingFile(setting: string, path: string): string {
  try {
    return new TextDecoder().decode(readWhole(path, MAX_BYTES))
  } catch (error) {
    const { code = 'no reason given' } = error as { code?: string }
    throw new SecwrapError('BAD_CONFIG', `${setting}: ${path} can't be read (${code})`)
  }
}

/** The ways to write a boolean that Go's strconv.ParseBool takes, as Vault's CLI does. */
export function isTrue({ name, value }: Variable): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false
  throw new SecwrapError('BAD_CONFIG', `${name} is neither true nor false`)
}
