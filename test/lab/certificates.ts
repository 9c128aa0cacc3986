/** An authority for 127.0.0.1, and a second one that nobody trusts, made by OpenBao's own PKI. */
import { writeFileSync } from 'node:fs'
import { callOpenBao, type OpenBao } from './index.ts'

export interface Certificates {
  readonly caFile: string
  readonly certFile: string // for 127.0.0.1 and localhost
  readonly keyFile: string
  readonly otherCaFile: string // signed nothing that a lab server shows
}

export interface Issued {
  readonly certificate: string // PEM
  readonly private_key: string
  readonly issuing_ca: string
}

/** The mount of the lab's authority on the dev server; its role is `lab`. */
export const PKI = 'lab-pki'

export async function issueCertificates(openbao: OpenBao, folder: string): Promise<Certificates> {
  const files = {
    caFile: `${folder}/ca.pem`,
    certFile: `${folder}/server.pem`,
    keyFile: `${folder}/server.key`,
    otherCaFile: `${folder}/other-ca.pem`,
  }
  const ca = await createAuthority(openbao, PKI)
  const other = await createAuthority(openbao, 'lab-pki-other')
  const server = await issue(openbao, 'localhost')
  writeFileSync(files.caFile, ca)
  writeFileSync(files.otherCaFile, other)
  writeFileSync(files.certFile, server.certificate)
  writeFileSync(files.keyFile, server.private_key, { mode: 0o600 })
  return files
}

/** A certificate by the lab's authority, for a server on loopback or for a client. `ttl` as in `10s`. */
export async function issue(openbao: OpenBao, commonName: string, ttl = '24h'): Promise<Issued> {
  const { data } = await callOpenBao(openbao, 'POST', `${PKI}/issue/lab`, {
    common_name: commonName,
    ip_sans: '127.0.0.1',
    ttl,
  })
  return data as Issued
}

async function createAuthority(openbao: OpenBao, mount: string): Promise<string> {
  await callOpenBao(openbao, 'POST', `sys/mounts/${mount}`, { type: 'pki', config: { max_lease_ttl: '48h' } })
  const root = { common_name: `${mount} authority`, ttl: '48h', key_type: 'ec', key_bits: 256 }
  const { data } = await callOpenBao(openbao, 'POST', `${mount}/root/generate/internal`, root)
  const role = {
    allow_any_name: true,
    enforce_hostnames: false,
    key_type: 'ec',
    key_bits: 256,
    max_ttl: '48h',
  }
  await callOpenBao(openbao, 'POST', `${mount}/roles/lab`, role)
  return (data as Issued).certificate
}
