/** The lab's Vault behind a proxy that can fail, and secrets of their own in it. */
import { randomBytes } from 'node:crypto'
import { callOpenBao, openLab, uniqueName } from '../lab/index.ts'
import { type Fault, type HttpProxy, startHttpProxy } from './http-proxy.ts'
import { waitFor } from './watched-run.ts'

export interface FaultyVault extends AsyncDisposable {
  readonly proxy: HttpProxy
  readonly path: string // of a secret: vault://secret/PATH
  readonly env: Readonly<Record<'VAULT_ADDR' | 'VAULT_TOKEN', string>> // with a token of its own
  put(data: object): Promise<void>
}

/** @param data - of the secret. */
export async function openFaultyVault(data: object): Promise<FaultyVault> {
  const { openbao } = openLab()
  const path = uniqueName('watched')
  const put = async (next: object) => {
    await callOpenBao(openbao, 'POST', `secret/data/${path}`, { data: next })
  }
  await put(data)
  const { auth } = await callOpenBao(openbao, 'POST', 'auth/token/create', {})
  const { client_token } = auth as { client_token: string }
  const proxy = await startHttpProxy(openbao.address)
  const env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: client_token }
  return { proxy, path, env, put, [Symbol.asyncDispose]: () => proxy.stop() }
}

export const HANGING: Fault = { kind: 'hang' }
export const SEALED: Fault = { kind: 'answer', status: 503, body: '{"errors":["Vault is sealed"]}' }

/** What goes on for a while, and then is over. */
export const FAULTS: readonly (readonly [string, Fault])[] = [
  ['it is sealed', SEALED],
  ['it refuses', { kind: 'answer', status: 403, body: '{"errors":["permission denied"]}' }],
  ['it fails', { kind: 'answer', status: 500, body: '{"errors":["internal error"]}' }],
  ['it throttles', { kind: 'answer', status: 429, body: '{"errors":["request path quota"]}' }],
  ['its answer is no JSON', { kind: 'answer', status: 200, body: '<html>' }],
  ['its answer is cut off', { kind: 'cut' }],
  ['it says nothing', HANGING],
]

/** Waits until the store was asked so many times more. */
export async function waitForRequests(
  { requests }: HttpProxy,
  count: number,
  patienceMs?: number,
): Promise<void> {
  const enough = requests.length + count
  await waitFor(() => requests.length >= enough, patienceMs)
}

/** A text that stands nowhere by accident. */
export function createValue(): string {
  return randomBytes(18).toString('hex')
}
