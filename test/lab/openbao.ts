/** OpenBao twice: a dev server over HTTP, and one that was initialised and unsealed, over TLS. */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, fetch } from 'undici'
import { type Certificates, issueCertificates } from './certificates.ts'
import type { OpenBao, OpenBaoTls } from './index.ts'
import { answers, freePorts, type Server, startServer } from './server.ts'

export interface Started<T> {
  readonly servers: readonly Server[]
  readonly access: T
}

export async function startOpenBao(
  bao: string,
  folder: string,
): Promise<Started<{ openbao: OpenBao; openbaoTls: OpenBaoTls; certificates: Certificates }>> {
  const dev = await startDev(bao, folder)
  const certificates = await issueCertificates(dev.access, folder)
  const tls = await startTls(bao, folder, certificates)
  return {
    servers: [...dev.servers, ...tls.servers],
    access: { openbao: dev.access, openbaoTls: tls.access, certificates },
  }
}

async function startDev(bao: string, folder: string): Promise<Started<OpenBao>> {
  const [port = 0] = await freePorts(1)
  const access = { address: `http://127.0.0.1:${port}`, rootToken: `lab-root-${randomUUID()}` }
  const flags = ['-dev', `-dev-root-token-id=${access.rootToken}`, `-dev-listen-address=127.0.0.1:${port}`]
  const server = await startServer({
    name: 'openbao',
    folder,
    command: [bao, 'server', ...flags, '-dev-no-store-token', '-log-level=warn'],
    options: { env: { HOME: folder } },
    isReady: () => answers(`${access.address}/v1/sys/health`, 200),
  })
  return { servers: [server], access }
}

async function startTls(
  bao: string,
  folder: string,
  certificates: Certificates,
): Promise<Started<OpenBaoTls>> {
  const [port = 0, mutualPort = 0] = await freePorts(2)
  const address = `https://127.0.0.1:${port}`
  const auditFile = `${folder}/openbao-audit.log`
  writeFileSync(`${folder}/openbao.hcl`, configuration(port, mutualPort, certificates, auditFile))
  const dispatcher = new Agent({ connect: { ca: readFileSync(certificates.caFile) } })
  const health = () =>
    fetch(`${address}/v1/sys/health`, { dispatcher }).then(
      r => r.status,
      () => 0,
    )
  const server = await startServer({
    name: 'openbao-tls',
    folder,
    command: [bao, 'server', `-config=${folder}/openbao.hcl`],
    options: { env: { HOME: folder } },
    isReady: async () => (await health()) === 501, // not initialised
  })
  const { rootToken, unsealKey } = await initialise(address, dispatcher)
  await dispatcher.close()
  const mutualAddress = `https://127.0.0.1:${mutualPort}`
  return { servers: [server], access: { address, mutualAddress, rootToken, unsealKey, auditFile } }
}

function configuration(
  port: number,
  mutualPort: number,
  { caFile, certFile, keyFile }: Certificates,
  audit: string,
) {
  const tls = `tls_cert_file = "${certFile}"\n  tls_key_file = "${keyFile}"\n  tls_client_ca_file = "${caFile}"`
  return `storage "inmem" {}
listener "tcp" {
  address = "127.0.0.1:${port}"
  ${tls}
}
listener "tcp" {
  address = "127.0.0.1:${mutualPort}"
  tls_require_and_verify_client_cert = true
  ${tls}
}
audit "file" "lab" {
  options { file_path = "${audit}" }
}
api_addr = "https://127.0.0.1:${port}"
log_level = "warn"
`
}

async function initialise(
  address: string,
  dispatcher: Agent,
): Promise<{ rootToken: string; unsealKey: string }> {
  const put = async (path: string, body: object) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method: 'PUT',
      body: JSON.stringify(body),
      dispatcher,
    })
    if (!response.ok) throw new Error(`openbao-tls: ${path}: HTTP ${response.status}`)
    return (await response.json()) as { root_token: string; keys: [string] }
  }
  const { root_token, keys } = await put('sys/init', { secret_shares: 1, secret_threshold: 1 })
  await put('sys/unseal', { key: keys[0] })
  // Unsealed is not yet active: writes before that are refused.
  const isActive = () => fetch(`${address}/v1/sys/health`, { dispatcher }).then(r => r.status === 200)
  while (!(await isActive())) await new Promise(resolve => setTimeout(resolve, 20))
  return { rootToken: root_token, unsealKey: keys[0] }
}
