/** Tokens that are there already: in a variable, in a file, or where `vault login` left one. */
import { exists } from '../../core/files.ts'
import type { Inherited, KeptToken } from '../../core/types.ts'
import { checkHeader } from './settings.ts'
import { findCredential, findVariable, readCredentialFile } from './variables.ts'

export interface Token extends KeptToken {
  readonly seconds?: number // that it lives, where the log-in told
  readonly renewable?: boolean
}

/** VAULT_TOKEN, or the file that VAULT_TOKEN_FILE names. */
export function findToken(env: Inherited): Token | undefined {
  const token = findCredential(env, 'TOKEN')
  return token && { value: checkHeader(token.name, token.value), source: token.name, isOurs: false }
}

/** What is left of a person's log-in: `~/.vault-token`, or where VAULT_TOKEN_PATH says. */
export function findTokenOfLogin(env: Inherited): Token | undefined {
  const chosen = findVariable(env, 'TOKEN_PATH')
  const path = chosen?.value ?? (env.HOME && `${env.HOME}/.vault-token`)
  if (!path || (!chosen && !exists(path))) return undefined
  const value = checkHeader(path, readCredentialFile(chosen?.name ?? 'the token file', path))
  return { value, source: path, isOurs: false }
}
