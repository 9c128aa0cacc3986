import { SecwrapError } from './errors.ts'

const MAX_BYTES = 32 * 1024 * 1024
const ENCODINGS = ['content-encoding', 'transfer-encoding']

/** The body of an answer. @throws SecwrapError UNAVAILABLE where it is longer than 32 MiB, unpacked. */
export async function readText(response: Response, store: string): Promise<string> {
  const length = response.headers.get('content-length')
  // A body in chunks or compressed has another length, whatever the header says.
  const isCounted = length !== null && !ENCODINGS.some(name => response.headers.has(name))
  if (isCounted && Number(length) <= MAX_BYTES) return response.text()
  const bytes = isCounted ? undefined : await readAtMost(response, MAX_BYTES)
  if (bytes) return new TextDecoder().decode(bytes)
  throw new SecwrapError('UNAVAILABLE', `${store} gave an answer of more than ${MAX_BYTES / 1024 ** 2} MiB`)
}

/** Undefined where there is more; what was read is then given up. */
async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    chunks.push(next.value)
    length += next.value.length
    if (length <= maxBytes) continue
    await reader?.cancel()
    return undefined
  }
  return joinBytes(chunks, length)
}

function joinBytes(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
