/**
 * Certificates from Vault's variables. What is no PEM is told here by the name of its setting: a
 * runtime would only say that the connection failed, or trust nobody without a word.
 */
import { SecwrapError } from '../../core/errors.ts'
import type { TlsOptions } from '../../core/http.ts'
import type { Inherited } from '../../core/types.ts'
import { findVariable, isTrue, readSettingFile, type Variable } from './variables.ts'

/** @throws SecwrapError BAD_CONFIG: a file that can't be read, or holds something else. */
export function readTls(env: Inherited): TlsOptions {
  const ca = findAuthorities(env)
  const cert = findText(env, 'CLIENT_CERT')
  const key = findText(env, 'CLIENT_KEY')
  if (!cert !== !key)
    throw new SecwrapError('BAD_CONFIG', 'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together: one is not set')
  const serverName = findVariable(env, 'TLS_SERVER_NAME')?.value
  const skipVerify = findVariable(env, 'SKIP_VERIFY')
  return {
    ...(ca && { ca: certificatesOf(ca) }),
    ...(cert && { cert: certificatesOf(cert) }),
    ...(key && { key: privateKeyOf(key) }),
    ...(serverName !== undefined && { serverName }),
    ...(skipVerify && isTrue(skipVerify) && { insecure: true }),
  }
}

/** The file comes before the text, and the folder last. */
function findAuthorities(env: Inherited): Variable | undefined {
  const pem = findText(env, 'CACERT')
  if (pem) return pem
  const folder = findVariable(env, 'CAPATH')
  return folder && { name: folder.name, value: readFolder(folder) }
}

/** The content of the file that `X` names, else the text of `X_BYTES`. */
function findText(env: Inherited, name: string): Variable | undefined {
  const file = findVariable(env, name)
  if (file) return { name: file.name, value: readSettingFile(file.name, file.value) }
  return findVariable(env, `${name}_BYTES`)
}

function readFolder({ name, value }: Variable): string {
  try {
    const { readdirSync } = process.getBuiltinModule('node:fs')
    const files = readdirSync(value, { withFileTypes: true }).filter(entry => !entry.isDirectory())
    return files.map(entry => readSettingFile(name, `${value}/${entry.name}`)).join('\n')
  } catch (error) {
    if (error instanceof SecwrapError) throw error
    const { code = 'no reason given' } = error as { code?: string }
    throw new SecwrapError('BAD_CONFIG', `${name}: ${value} can't be read (${code})`)
  }
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END [^-]+-----/g
const PRIVATE_KEY = /-----BEGIN (?!ENCRYPTED)[A-Z ]*PRIVATE KEY-----[^-]+-----END [^-]+-----/

function certificatesOf({ name, value }: Variable): string {
  const blocks = value.match(CERTIFICATE)
  if (blocks) return `${blocks.join('\n')}\n`
  throw new SecwrapError('BAD_CONFIG', `${name} holds no certificate in PEM`)
}

function privateKeyOf({ name, value }: Variable): string {
  const [block] = value.match(PRIVATE_KEY) ?? []
  if (block) return `${block}\n`
  throw new SecwrapError('BAD_CONFIG', `${name} holds no unencrypted private key in PEM`)
}
