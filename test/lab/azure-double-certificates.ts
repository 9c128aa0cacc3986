/** Certificates by the lab's authority that only the tests of Azure need. */
import { type Issued, PKI } from './certificates.ts'
import { callOpenBao, type OpenBao } from './index.ts'

export interface Pem {
  readonly cert: string
  readonly key: string
}

/** For a server with names that are not ours. */
export function issueFor(openbao: OpenBao, names: readonly string[]): Promise<Pem> {
  return issue(openbao, 'lab', { common_name: names[0], alt_names: names.join(','), ip_sans: '127.0.0.1' })
}

/** For an application; Entra ID takes RSA keys only. */
export async function issueRsa(openbao: OpenBao, commonName: string): Promise<Pem> {
  const role = { allow_any_name: true, enforce_hostnames: false, key_type: 'rsa', key_bits: 2_048 }
  await callOpenBao(openbao, 'POST', `${PKI}/roles/lab-rsa`, role)
  return issue(openbao, 'lab-rsa', { common_name: commonName, private_key_format: 'pkcs8' })
}

async function issue(openbao: OpenBao, role: string, request: object): Promise<Pem> {
  const { data } = await callOpenBao(openbao, 'POST', `${PKI}/issue/${role}`, { ...request, ttl: '24h' })
  const { certificate, private_key } = data as Issued
  return { cert: certificate, key: private_key }
}
