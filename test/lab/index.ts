/** Where the servers of this test run are, and the few calls that tests make to them. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Certificates } from './certificates.ts'

/** A dev server over HTTP: KV v2 at `secret/`; mounts, policies and roles are the test's own. */
export interface OpenBao {
  readonly address: string
  readonly rootToken: string
}

/** A server that was initialised and unsealed, over TLS by the lab's authority. */
export interface OpenBaoTls extends OpenBao {
  readonly mutualAddress: string // the same server; asks every client for a certificate by the lab's authority
  readonly unsealKey: string
  readonly auditFile: string // JSON lines, values and tokens as HMAC
}

/** Parameter Store, Secrets Manager, KMS, STS and IAM. */
export interface Aws {
  readonly endpoint: string
}

export interface Postgres {
  readonly host: string
  readonly port: number
  readonly user: string // may create roles
  readonly password: string
  readonly database: string
}

export interface Lab {
  readonly openbao: OpenBao
  readonly openbaoTls: OpenBaoTls
  readonly certificates: Certificates
  readonly aws: Aws
  readonly postgres: Postgres
  readonly sops: string // the program
  readonly python: string // has the packages of requirements.txt; their programs are beside it
}

/** @throws Error outside of a run of `npm test`. */
export function openLab(): Lab {
  const file = process.env.LAB_FILE
  if (file === undefined) throw new Error('no test lab: run this test by `npm test -- PATH`')
  return JSON.parse(readFileSync(file, 'utf8')) as Lab
}

/** A name that no other test uses: `prefix-1f0c9a2e`. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

/** One call to OpenBao's API; `{}` where it answers without a body. @throws Error with status and the API's errors. */
export async function callOpenBao(
  { address, rootToken }: OpenBao,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': rootToken, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`openbao: ${method} ${path}: HTTP ${response.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
