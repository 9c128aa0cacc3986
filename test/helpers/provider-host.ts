/** Providers as Bun runs them, for tests that run in Node: the compiled program is what most people use. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type ErrorCode, type ErrorDetails, SecwrapError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type {
  CreateProvider,
  CreateWriter,
  Inherited,
  Listed,
  Provider,
  SecretId,
  Version,
  Writer,
} from '../../src/core/types.ts'

const root = `${import.meta.dirname}/../..`
const BUN = `${root}/node_modules/@oven/bun-linux-x64/bin/bun`

interface Call {
  readonly call: number
  readonly provider: number
}
interface Signalled extends Call {
  readonly isAborted: boolean
}
type Options = Readonly<Record<string, string>>

/** A call of a writer: its method, and its arguments but the signal. A secret travels as its text. */
export type WriterCall =
  | { readonly verb: 'current' | 'history' | 'list'; readonly id: SecretId }
  | { readonly verb: 'write'; readonly id: SecretId; readonly text: string; readonly options: object }
  | { readonly verb: 'delete'; readonly id: SecretId; readonly options: object }
  | { readonly verb: 'close' }

export type HostRequest =
  | (Call & {
      readonly do: 'createWriter'
      readonly scheme: string
      readonly options: Options
      readonly env: Inherited
    })
  | (Signalled & { readonly do: 'writer' } & WriterCall)
  | (Call & {
      readonly do: 'create'
      readonly scheme: string
      readonly options: Options
      readonly env: Inherited
    })
  | (Signalled & { readonly do: 'read'; readonly ids: readonly SecretId[] })
  | (Signalled & { readonly do: 'readPrefix'; readonly id: SecretId })
  | (Call & { readonly do: 'close' })
  | { readonly do: 'abort'; readonly call: number }

export interface SentError {
  readonly code?: ErrorCode // absent for what is no SecwrapError
  readonly message?: string
  readonly details?: ErrorDetails
  readonly shown: string
}

export interface SentResult {
  readonly found?: readonly [index: number, result: { text: string } | { error: SentError }][]
  readonly texts?: readonly [name: string, text: string][]
  readonly current?: { readonly text: string; readonly version: Version } | null
  readonly version?: Version
  readonly versions?: readonly Version[]
  readonly listed?: readonly Listed[]
}

export type HostAnswer =
  | { readonly call: number; readonly result: SentResult }
  | { readonly call: number; readonly error: SentError }
  | { readonly provider: number; readonly warning: string }

export interface ProviderHost {
  /** The same provider, over there. The one here is asked only for its batch size. */
  remote(scheme: string, createHere: CreateProvider): CreateProvider
  remoteWriter(scheme: string): CreateWriter
  stop(): Promise<void>
}

/** @param env - of the process itself; providers get theirs with each context. */
export async function startProviderHost(env: Readonly<Record<string, string>> = {}): Promise<ProviderHost> {
  const program = `${root}/test/fixtures/provider-host.ts`
  const child = spawn(BUN, [program], { env: { ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  const line = openLine(child)
  return {
    remote: (scheme, createHere) => (options, context) => {
      const here = createHere(options, context)
      const provider = line.open(context.warn)
      const created = line.ask({ do: 'create', provider, scheme, options, env: context.env })
      const methods = createMethods(line, provider, created)
      const { readPrefix, ...others } = methods
      return { batchSize: here.batchSize, ...(here.readPrefix ? methods : others) }
    },
    remoteWriter: scheme => (options, context) => {
      const provider = line.open(context.warn)
      const created = line.ask({ do: 'createWriter', provider, scheme, options, env: context.env })
      created.catch(() => {}) // the first call tells
      return createWriterMethods(line, provider, created)
    },
    async stop() {
      const over = once(child, 'exit')
      child.stdin.end()
      child.kill()
      await over
    },
  }
}

function createMethods(line: Line, provider: number, created: Promise<SentResult>) {
  return {
    async read(ids: readonly SecretId[], signal: AbortSignal) {
      await created
      const { found = [] } = await line.ask({ do: 'read', provider, ids, isAborted: signal.aborted }, signal)
      return new Map(found.map(([index, result]) => [ids[index] as SecretId, rebuildResult(result)]))
    },
    async readPrefix(id: SecretId, signal: AbortSignal) {
      await created
      const { texts = [] } = await line.ask(
        { do: 'readPrefix', provider, id, isAborted: signal.aborted },
        signal,
      )
      return new Map(texts.map(([name, text]) => [name, new Secret(text)]))
    },
    async close() {
      await created
      await line.ask({ do: 'close', provider })
    },
  } satisfies Partial<Provider>
}

function createWriterMethods(line: Line, provider: number, created: Promise<SentResult>): Writer {
  const ask = async (call: WriterCall, signal: AbortSignal) => {
    await created
    return line.ask({ do: 'writer', provider, isAborted: signal.aborted, ...call }, signal)
  }
  return {
    async current(id, signal) {
      const { current } = await ask({ verb: 'current', id }, signal)
      return current ? { secret: new Secret(current.text), version: current.version } : undefined
    },
    async write(id, secret, options, signal) {
      const { version } = await ask({ verb: 'write', id, text: secret.reveal(), options }, signal)
      if (!version) throw new Error('no version came back')
      return version
    },
    async delete(id, options, signal) {
      await ask({ verb: 'delete', id, options }, signal)
    },
    async *list(id, signal) {
      yield* (await ask({ verb: 'list', id }, signal)).listed ?? []
    },
    history: async (id, signal) => (await ask({ verb: 'history', id }, signal)).versions ?? [],
    async close() {
      await ask({ verb: 'close' }, new AbortController().signal)
    },
  }
}

type WithoutCall<T> = T extends unknown ? Omit<T, 'call'> : never
type Question = WithoutCall<Exclude<HostRequest, { do: 'abort' }>>

interface Line {
  /** A number for a new provider. */
  open(warn: (text: string) => void): number
  ask(question: Question, signal?: AbortSignal): Promise<SentResult>
}

/** Numbers the requests to a host, and finds the answer to each. */
function openLine({ stdin, stdout }: ChildProcessByStdio<Writable, Readable, null>): Line {
  const waiting = new Map<number, (answer: Extract<HostAnswer, { call: number }>) => void>()
  const warnings: ((text: string) => void)[] = []
  let calls = 0
  createInterface({ input: stdout }).on('line', text => {
    const answer = JSON.parse(text, reviveDates) as HostAnswer
    if ('warning' in answer) warnings[answer.provider]?.(answer.warning)
    else waiting.get(answer.call)?.(answer)
  })
  const send = (request: object) => stdin.write(toLine(request))
  return {
    open: warn => warnings.push(warn) - 1,
    async ask(question, signal) {
      const call = calls++
      const answered = new Promise<Extract<HostAnswer, { call: number }>>(resolve =>
        waiting.set(call, resolve),
      )
      const abort = () => send({ do: 'abort', call })
      signal?.addEventListener('abort', abort)
      send({ ...question, call })
      const answer = await answered
      signal?.removeEventListener('abort', abort)
      waiting.delete(call)
      if ('error' in answer) throw rebuildError(answer.error)
      return answer.result
    },
  }
}

function reviveDates(name: string, value: unknown): unknown {
  return ['createdAt', 'updatedAt'].includes(name) ? new Date(String(value)) : value
}

/** JSON in one line. Readers of lines also end them at U+2028 and U+2029, which JSON leaves as they are. */
export function toLine(message: object): string {
  const json = JSON.stringify(message)
  return `${json.replace(/[\u2028\u2029]/g, sign => `\\u${sign.charCodeAt(0).toString(16)}`)}\n`
}

function rebuildResult(result: { text: string } | { error: SentError }): Secret | SecwrapError {
  return 'text' in result ? new Secret(result.text) : rebuildError(result.error)
}

/** Its stack is what inspection showed over there, so that a search for leaks sees it. */
function rebuildError({ code, message, details, shown }: SentError): SecwrapError {
  if (code === undefined) throw new Error(`no SecwrapError: ${shown}`)
  return Object.assign(new SecwrapError(code, message ?? '', details), { stack: shown })
}
