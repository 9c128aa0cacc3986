/** How a provider behaves when the network or the store does not: faults come from a proxy before the real server. */
import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import type { SecretId } from '../../../src/core/types.ts'
import { type Fault, type HttpProxy, startHttpProxy } from '../../helpers/http-proxy.ts'
import { startTcpProxy } from '../../helpers/tcp-proxy.ts'
import { openLab, uniqueName } from '../../lab/index.ts'
import { failureOf, type Network, open, putMany, readAll, readOne, required, type Store } from './store.ts'

const PLANTED = 'planted-network-value-5f2c'
const SHORT_MS = 400

export function describeNetwork(get: () => Store): void {
  const opened: { stop(): Promise<void> }[] = []
  const proxyBefore = async (target: string, tls?: { cert: string; key: string }): Promise<HttpProxy> => {
    const proxy = await startHttpProxy(target, tls)
    opened.push(proxy)
    return proxy
  }
  const networkOf = (store: Store): Network => required(store.network)
  const plant = (store: Store): Promise<SecretId> => store.put(uniqueName('network'), PLANTED)
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(one => one.stop()))
  })

  test('a full batch takes no more requests than promised', async () => {
    const store = get()
    const network = networkOf(store)
    const proxy = await proxyBefore(network.address)
    const provider = open(store, network.at(proxy.address))
    const ids = await putMany(store, uniqueName('count'), Math.min(provider.batchSize, 12))
    expect((await readAll(provider, ids)).size).toBe(ids.length)
    expect(proxy.requests.length).toBeGreaterThan(0)
    expect(proxy.requests.length).toBeLessThanOrEqual(network.requestsFor(ids.length))
    await provider.close?.()
  })

  const answer = (status: number, body: string, headers = {}): Fault => ({
    kind: 'answer',
    status,
    body,
    headers,
  })
  test.each<[string, Fault]>([
    ['500 with a page', answer(500, `<html>${PLANTED}</html>`)],
    ['502 without a body', answer(502, '')],
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
  ])('%s: UNAVAILABLE, not an empty result', async (_, fault) => {
    expect((await failWith(fault)).code).toBe('UNAVAILABLE')
  })

  test('throttled: UNAVAILABLE, throttled, with the wish of the store', async () => {
    const { throttled } = networkOf(get())
    const failure = await failWith(answer(throttled.status, throttled.body, { 'Retry-After': '7' }))
    expect(failure.code).toBe('UNAVAILABLE')
    expect(failure.details.retry).toEqual({ throttled: true, afterMs: 7_000 })
  })

  test('a redirect is not followed, so no token travels along', async () => {
    const store = get()
    const elsewhere = await proxyBefore(networkOf(store).address)
    await failWith(answer(307, '', { Location: `${elsewhere.address}/v1/secret/data/x` }))
    expect(elsewhere.requests).toEqual([])
  })

  async function failWith(fault: Fault) {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const proxy = await proxyBefore(network.address)
    proxy.fault = () => fault
    const provider = open(store, network.at(proxy.address))
    const failure = await failureOf(() => readAll(provider, [id]), [PLANTED, ...store.credentials])
    expect(proxy.requests.length).toBeGreaterThan(0)
    await provider.close?.()
    return failure
  }

  test('a port where nobody listens: UNAVAILABLE, worth another try, and it says where', async () => {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const proxy = await proxyBefore(network.address)
    await proxy.stop()
    const provider = open(store, network.at(proxy.address))
    const failure = await failureOf(() => readAll(provider, [id]), [PLANTED, ...store.credentials])
    expect([failure.code, failure.details.retry !== undefined]).toEqual(['UNAVAILABLE', true])
    expect(failure.message).toContain(new URL(proxy.address).host)
    await provider.close?.()
  })

  test.each(['answers nothing', 'takes the connection only'])('a store that %s: TIMED_OUT', async how => {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const address = how === 'answers nothing' ? await hangingProxy(network) : await holdingProxy(network)
    const provider = open(store, network.at(address))
    const begun = performance.now()
    const read = () => readAll(provider, [id], AbortSignal.timeout(SHORT_MS))
    expect((await failureOf(read, [PLANTED, ...store.credentials])).code).toBe('TIMED_OUT')
    expect(performance.now() - begun).toBeLessThan(SHORT_MS + 3_000)
    await provider.close?.()
  })

  async function hangingProxy(network: Network): Promise<string> {
    const proxy = await proxyBefore(network.address)
    proxy.fault = () => ({ kind: 'hang' })
    return proxy.address
  }

  async function holdingProxy(network: Network): Promise<string> {
    const { hostname, port } = new URL(network.address)
    const proxy = await startTcpProxy(hostname, Number(port))
    opened.push(proxy)
    proxy.mode = 'hold'
    return `http://127.0.0.1:${proxy.port}`
  }

  test('a signal that is aborted already: TIMED_OUT, and nothing is asked', async () => {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const proxy = await proxyBefore(network.address)
    const provider = open(store, network.at(proxy.address))
    const read = () => readAll(provider, [id], AbortSignal.abort())
    expect((await failureOf(read, [PLANTED, ...store.credentials])).code).toBe('TIMED_OUT')
    expect(proxy.requests).toEqual([])
    await provider.close?.()
  })

  test('credentials that are no longer good: DENIED', async () => {
    const store = get()
    const id = await plant(store)
    const provider = open(store, await networkOf(store).expired())
    const failure = await failureOf(() => readAll(provider, [id]), [PLANTED, ...store.credentials])
    expect([failure.code, failure.details.retry]).toEqual(['DENIED', undefined])
    await provider.close?.()
  })

  test('TLS by an authority of its own: trusted if told so, else BAD_CONFIG', async () => {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const { caFile, certFile, keyFile, otherCaFile } = openLab().certificates
    const pem = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
    const proxy = await proxyBefore(network.address, pem)
    expect(await readOne(store, id, network.at(proxy.address, caFile))).toBe(PLANTED)
    for (const wrong of [otherCaFile, undefined]) {
      const provider = open(store, network.at(proxy.address, wrong))
      const failure = await failureOf(() => readAll(provider, [id]), [PLANTED, ...store.credentials])
      expect(failure.code).toBe('BAD_CONFIG')
      await provider.close?.()
    }
  })

  test('a slow store is waited for', async () => {
    const store = get()
    const network = networkOf(store)
    const id = await plant(store)
    const proxy = await proxyBefore(network.address)
    proxy.fault = () => ({ kind: 'late', delayMs: 300 })
    expect(await readOne(store, id, network.at(proxy.address))).toBe(PLANTED)
  })
}
