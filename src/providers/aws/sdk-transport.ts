/** AWS's clients over the one transport: its limits and its checks of certificates hold for them, too. */
import { type HttpResponse, send } from '../../core/http.ts'
import type { AwsPlace } from './client.ts'

/** A request as the SDK hands it to a transport. */
export interface SdkRequest {
  readonly method: string
  readonly protocol: string // https:
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown // text, or its bytes
}

/** @throws what `send` throws. */
export function sendForSdk(
  { store, tls }: Pick<AwsPlace, 'store' | 'tls'>,
  { method, protocol, hostname, port, path, query, headers, body }: SdkRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = `${protocol}//${hostname}${port ? `:${port}` : ''}${path}${formatQuery(query)}`
  const { host: _, 'content-length': __, ...others } = headers // signed, and set the same by fetch
  return send({
    ...{ store, url, headers: others, signal, ...(tls && { tls }) },
    method: method === 'GET' ? 'GET' : 'POST', // it uses no others
    ...(body instanceof Uint8Array && { body: new TextDecoder().decode(body) }),
    ...(typeof body === 'string' && { body }),
  })
}

function formatQuery(query: SdkRequest['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map(each => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  )
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** An answer as the SDK takes one from a transport. */
export function answerForSdk({ status, headers, text }: HttpResponse) {
  const body = new TextEncoder().encode(text)
  return { response: { statusCode: status, headers: Object.fromEntries(headers), body } }
}
