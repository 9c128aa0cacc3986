/** A small HTTP server: who asks slowly, breaks off or keeps asking gets no more than a place among a few. */
import { once } from 'node:events'
import { lstatSync, unlinkSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { SecwrapError } from '../../core/errors.ts'
import type { Listen } from './policy.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

export interface Listener {
  readonly address: string // as --listen takes it, with the port that was chosen for port 0
  close(): void
}

const LIMITS = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 }
const IDLE_MS = 10_000
const MOST_CONNECTIONS = 64

/**
 * @param answer - by path; undefined where there is nothing.
 * @throws SecwrapError BAD_CONFIG
 */
export async function openListener(
  listen: Listen,
  answer: (path: string) => Promise<Answer> | undefined,
): Promise<Listener> {
  const server = createServer(LIMITS, (request, response) => void respond(request, response, answer))
  server.maxConnections = MOST_CONNECTIONS
  server.timeout = IDLE_MS
  if ('socket' in listen) await removeOldSocket(listen.socket)
  await bind(server, listen)
  server.on('error', () => {}) // of one connection, as when there are no descriptors left
  return { address: addressOf(server, listen), close: () => close(server, listen) }
}

async function respond(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  answer: (path: string) => Promise<Answer> | undefined,
): Promise<void> {
  response.on('error', () => {})
  const isRead = method === 'GET' || method === 'HEAD'
  const found = isRead ? await answer(url.split('?', 1)[0] ?? '') : WRONG_METHOD
  const { status, type, text } = found ?? NOTHING
  response.writeHead(status, {
    'content-type': type,
    'content-length': new TextEncoder().encode(text).length,
    connection: 'close', // one question every few seconds: nobody's connection stays
    ...(!isRead && { allow: 'GET, HEAD' }),
  })
  response.end(method === 'HEAD' ? undefined : text)
}

const PLAIN = 'text/plain; charset=utf-8'
const NOTHING: Answer = { status: 404, type: PLAIN, text: 'not found\n' }
const WRONG_METHOD: Answer = { status: 405, type: PLAIN, text: 'method not allowed\n' }

export function plainAnswer(status: number, text: string): Promise<Answer> {
  return Promise.resolve({ status, type: PLAIN, text: `${text}\n` })
}

async function bind(server: Server, listen: Listen): Promise<void> {
  try {
    server.listen('socket' in listen ? { path: listen.socket } : listen)
    await once(server, 'listening')
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string }
    throw new SecwrapError('BAD_CONFIG', `--listen ${formatListen(listen)} can't be opened (${code})`)
  }
}

/** Of a process that was killed; what somebody listens on, and what is no socket, stays: then `bind` fails. */
async function removeOldSocket(path: string): Promise<void> {
  // To connect to a file of another kind is refused in the same words as to a socket that nobody listens on.
  if (!isSocket(path)) return
  const probe = connect(path)
  try {
    await once(probe, 'connect')
  } catch (error) {
    if ((error as { code?: string }).code === 'ECONNREFUSED') removeQuietly(path)
  } finally {
    probe.destroy()
  }
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket()
  } catch {
    return false // there is nothing, or nothing that we may see
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone, or not ours to remove.
  }
}

function addressOf(server: Server, listen: Listen): string {
  const bound = server.address()
  if ('socket' in listen || bound === null || typeof bound === 'string') return formatListen(listen)
  return formatListen({ ...listen, port: bound.port })
}

function formatListen(listen: Listen): string {
  if ('socket' in listen) return `unix:${listen.socket}`
  return `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`
}

function close(server: Server, listen: Listen): void {
  server.close()
  server.closeAllConnections()
  if ('socket' in listen) removeQuietly(listen.socket)
}
