/** How a writer behaves when the network or the store does not: every verb, by a proxy before the real server. */
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Fault, type HttpProxy, startHttpProxy } from '../../helpers/http-proxy.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { deadline, failureOf, required } from './store.ts'
import { openWriter, type WritableStore, type WriterAbilities } from './writable.ts'
import { PLANTED, verbsOf } from './writing.ts'

const SHORT_MS = 400

export function describeWriterNetwork(get: () => WritableStore, abilities: WriterAbilities): void {
  const opened: HttpProxy[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(one => one.stop()))
  })

  async function proxyBefore(target: string, tls?: { cert: string; key: string }): Promise<HttpProxy> {
    const proxy = await startHttpProxy(target, tls)
    opened.push(proxy)
    return proxy
  }

  async function plant(store: WritableStore) {
    const id = store.id(uniqueName('network'))
    await openWriter(store).write(id, store.secretOf(PLANTED), {}, deadline())
    return id
  }

  describe.each(verbsOf(abilities))('%s', (_, run) => {
    async function failWith(fault: Fault) {
      const store = get()
      const { address, at } = required(store.writerNetwork)
      const id = await plant(store)
      const proxy = await proxyBefore(address)
      proxy.fault = () => fault
      const writer = openWriter(store, at(proxy.address))
      const failure = await failureOf(() => run(writer, id, store), [PLANTED, ...store.credentials])
      expect(proxy.requests.length).toBeGreaterThan(0)
      proxy.fault = () => undefined
      await writer.close?.()
      return failure
    }

    const answer = (status: number, body: string, headers = {}): Fault => ({
      kind: 'answer',
      status,
      body,
      headers,
    })
    test.each<[string, Fault]>([
      ['500 with a page', answer(500, `<html>${PLANTED}</html>`)],
      ['503 with JSON', answer(503, JSON.stringify({ errors: [PLANTED], message: PLANTED }))],
      ['an answer cut in the middle', { kind: 'cut' }],
    ])('%s: UNAVAILABLE, worth another try', async (_, fault) => {
      const failure = await failWith(fault)
      expect([failure.code, failure.details.retry !== undefined]).toEqual(['UNAVAILABLE', true])
    })

    test.each<[string, Fault]>([
      ['200 that is no JSON', answer(200, `<html>${PLANTED}</html>`)],
      ['200 with half of JSON', answer(200, `{"data":{"data":{"value":"${PLANTED}`)],
      ['200 with JSON of another kind', answer(200, JSON.stringify([PLANTED, 5]))],
      ['200 without a body', answer(200, '')],
      ['a redirect', answer(307, '', { Location: 'http://127.0.0.1:9/elsewhere' })],
    ])('%s: UNAVAILABLE', async (_, fault) => {
      expect((await failWith(fault)).code).toBe('UNAVAILABLE')
    })

    test('throttled: UNAVAILABLE, throttled, with the wish of the store', async () => {
      const { status, body } = required(get().writerNetwork).throttled
      const failure = await failWith(answer(status, body, { 'Retry-After': '7' }))
      expect([failure.code, failure.details.retry]).toEqual([
        'UNAVAILABLE',
        { throttled: true, afterMs: 7_000 },
      ])
    })
  })

  test.each(verbsOf(abilities))('%s, nobody listens: UNAVAILABLE, worth another try', async (_, run) => {
    const store = get()
    const { address, at } = required(store.writerNetwork)
    const proxy = await proxyBefore(address)
    await proxy.stop()
    const writer = openWriter(store, at(proxy.address))
    const failure = await failureOf(() => run(writer, store.id('any'), store), store.credentials)
    expect([failure.code, failure.details.retry !== undefined]).toEqual(['UNAVAILABLE', true])
    expect(failure.message).toContain(new URL(proxy.address).host)
    await writer.close?.()
  })

  const shortly = () => AbortSignal.timeout(SHORT_MS)
  test.each(verbsOf(abilities, shortly))('%s, no answer: TIMED_OUT', async (_, run) => {
    const store = get()
    const { address, at } = required(store.writerNetwork)
    const proxy = await proxyBefore(address)
    proxy.fault = () => ({ kind: 'hang' })
    const begun = performance.now()
    const writer = openWriter(store, at(proxy.address))
    const failure = await failureOf(
      () => run(writer, store.id('any'), store),
      [PLANTED, ...store.credentials],
    )
    expect(failure.code).toBe('TIMED_OUT')
    expect(performance.now() - begun).toBeLessThan(SHORT_MS + 3_000)
    proxy.fault = () => undefined
    await writer.close?.()
  })

  const never = () => AbortSignal.abort()
  test.each(verbsOf(abilities, never))(
    '%s, a signal that is over: TIMED_OUT, nothing asked',
    async (_, run) => {
      const store = get()
      const { address, at } = required(store.writerNetwork)
      const proxy = await proxyBefore(address)
      const writer = openWriter(store, at(proxy.address))
      const failure = await failureOf(
        () => run(writer, store.id('any'), store),
        [PLANTED, ...store.credentials],
      )
      expect([failure.code, proxy.requests]).toEqual(['TIMED_OUT', []])
      await writer.close?.()
    },
  )

  test('TLS by an authority of its own: trusted if told so, else BAD_CONFIG', async () => {
    const store = get()
    const { address, at } = required(store.writerNetwork)
    const { caFile, certFile, keyFile, otherCaFile } = openLab().certificates
    const pem = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
    const proxy = await proxyBefore(address, pem)
    const id = await plant(store)
    const trusting = openWriter(store, at(proxy.address, caFile))
    expect(store.textOf(required(await trusting.current(id, deadline())).secret)).toBe(PLANTED)
    const doubting = openWriter(store, at(proxy.address, otherCaFile))
    const failure = await failureOf(() => doubting.current(id, deadline()), [PLANTED, ...store.credentials])
    expect(failure.code).toBe('BAD_CONFIG')
    await Promise.all([trusting.close?.(), doubting.close?.()])
  })
}
