/**
 * A stand-in for Azure: a key vault, Entra ID, the metadata service and App Service's endpoint, over HTTPS
 * and HTTP on loopback. Not a part of the lab's start: tests that need it start it, and stop it.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type Answer, challenge, VAULT_ERRORS, vaultError } from './azure-double-answers.ts'
import { Identities } from './azure-double-identity.ts'
import { Vault } from './azure-double-vault.ts'

export interface AzureDouble {
  readonly address: string // https://127.0.0.1:PORT
  readonly plainAddress: string // http://127.0.0.1:PORT
  readonly tenant: string // the vault's
  readonly vault: Vault
  readonly identities: Identities
  /** `GET host/path`, in order. */
  readonly requests: string[]
  /** What its challenges ask for. */
  resource: string
  stop(): Promise<void>
}

export const VAULT_TENANT = '6f1e2c7a-0c9b-4d6b-9a1d-2f3b4c5d6e7f'

export async function startAzureDouble(tls: { cert: string; key: string }): Promise<AzureDouble> {
  const [vault, identities, requests] = [new Vault(), new Identities(), [] as string[]]
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { status, headers, body } = await answerTo(incoming, double)
    outgoing.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers })
    outgoing.end(body === undefined ? '' : JSON.stringify(body))
  }
  const servers = [createTlsServer(tls, answer), createServer(answer)] as const
  const stops = servers.map(stopper)
  const [port, plainPort] = await Promise.all(servers.map(listen))
  const double: AzureDouble = {
    address: `https://127.0.0.1:${port}`,
    plainAddress: `http://127.0.0.1:${plainPort}`,
    tenant: VAULT_TENANT,
    resource: 'https://vault.azure.net',
    vault,
    identities,
    requests,
    async stop() {
      await Promise.all(stops.map(stop => stop()))
    },
  }
  return double
}

async function answerTo(incoming: IncomingMessage, double: AzureDouble): Promise<Answer> {
  const { method = 'GET', headers } = incoming
  const isTls = 'encrypted' in incoming.socket
  const base = `${isTls ? 'https' : 'http'}://${headers.host}`
  const url = new URL(incoming.url ?? '/', base)
  const body = await readBody(incoming)
  double.requests.push(`${method} ${url.host}${url.pathname}`)
  const segments = url.pathname.split('/').filter(segment => segment !== '')
  if (segments[0] === 'secrets' || segments[0] === 'deletedsecrets') {
    const request = { method, segments, query: url.searchParams, body, base }
    return refuseVault(headers, double, double.vault.rightFor(request)) ?? double.vault.answer(request)
  }
  return answerIdentity(url, headers, body, double)
}

/** 401 without a good token, 403 without the right. */
function refuseVault(
  headers: IncomingMessage['headers'],
  double: AzureDouble,
  right: string,
): Answer | undefined {
  const { identities, resource, tenant } = double
  const ask = (akv: string) => challenge(`https://login.windows.net/${tenant}`, resource, akv)
  const grant = identities.tokens.get((headers.authorization ?? '').replace(/^Bearer /, ''))
  if (!grant || grant.expiresAtMs < Date.now()) return ask('AKV10000')
  if (grant.resource !== resource) return ask('AKV10022')
  if (grant.tenant !== tenant) return ask('AKV10032')
  return grant.rights.some(held => held === right) ? undefined : vaultError(VAULT_ERRORS.rbac)
}

function answerIdentity(
  { pathname, searchParams, origin }: URL,
  headers: IncomingMessage['headers'],
  body: string,
  { identities }: AzureDouble,
): Answer {
  const [, tenant = '', ...rest] = pathname.split('/')
  if (rest.join('/') === 'oauth2/v2.0/token') return identities.answerLogIn(tenant, new URLSearchParams(body))
  if (rest.at(-1) === 'openid-configuration') return { status: 200, body: openIdOf(`${origin}/${tenant}`) }
  if (pathname.startsWith('/metadata/identity/oauth2/token')) {
    return identities.answerMachine(searchParams, 'metadata service', headers.metadata === 'true')
  }
  if (pathname === '/msi/token') {
    return identities.answerMachine(
      searchParams,
      'App Service',
      headers['x-identity-header'] === identities.machineHeader,
    )
  }
  return { status: 404, body: {} }
}

/** What @azure/identity asks for before a log-in. Source: "OpenID Connect", provider configuration. */
function openIdOf(base: string) {
  return {
    issuer: `${base}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

function stopper(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => void sockets.add(socket.on('close', () => sockets.delete(socket)))
  server.on('connection', track).on('secureConnection', track)
  return async () => {
    const over = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await over
  }
}
