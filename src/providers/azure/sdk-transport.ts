/** Azure's clients over the one transport: its limits and its checks of certificates hold for them, too. */
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { type HttpRequest, send, type TlsOptions } from '../../core/http.ts'

/** @param store - who is asked, as messages name it. */
export function createTransport(store: string, tls: TlsOptions): HttpClient {
  return {
    async sendRequest(request) {
      const { url, method, headers, body, abortSignal } = request
      const signal = abortSignal instanceof AbortSignal ? abortSignal : NEVER
      const response = await send({
        ...{ store, url, tls, signal },
        method: method as HttpRequest['method'],
        headers: headers.toJSON(),
        ...(typeof body === 'string' && { body }),
      })
      const { status, text } = response
      return {
        request,
        status,
        headers: createHttpHeaders(Object.fromEntries(response.headers)),
        bodyAsText: text,
      }
    },
  }
}

const NEVER = new AbortController().signal
