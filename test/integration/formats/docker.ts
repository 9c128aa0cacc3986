/** Docker's own programs, without an engine. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { run } from '../../helpers/secwrap.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'
import type { Variables } from './variables.ts'

/** `docker create --env-file`, told by the engine that is asked to create the container: a server of ours. */
export async function readByDocker(docker: string, files: readonly string[]): Promise<Variables[]> {
  using folder = createFolder()
  const end = folder.write('end', `${END}=\n`)
  await using engine = await startEngine()
  const flags = files.flatMap(file => ['--env-file', file, '--env-file', end])
  const host = ['--config', folder.path, '-H', engine.address]
  const { stderr } = await run([docker, ...host, 'create', ...flags, 'image'], {})
  const [request] = engine.created
  if (request === undefined) throw new Error(stderr)
  return splitAtEnds(((JSON.parse(request) as { Env?: string[] }).Env ?? []).map(splitPair))
}

/** A variable after those of each file. */
const END = 'END_OF_FILE_0f6b'

function splitAtEnds(variables: Variables): Variables[] {
  const ends = variables.flatMap(([name], index) => (name === END ? [index] : []))
  return ends.map((end, file) => variables.slice(file === 0 ? 0 : (ends[file - 1] ?? 0) + 1, end))
}

/** Answers a ping, and writes down what it should create without doing so. */
async function startEngine(): Promise<AsyncDisposable & { address: string; created: readonly string[] }> {
  const created: string[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.url?.includes('/containers/create')) {
      created.push(body)
      response.statusCode = 500
    }
    response.setHeader('Api-Version', '1.44')
    response.setHeader('Content-Type', 'application/json')
    response.end('{"message":"seen"}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    if (server.listening) await once(server, 'close')
  }
  return { address: `tcp://127.0.0.1:${port}`, created, [Symbol.asyncDispose]: stop }
}

/** Compose's `env_file`, one service a file. @param format - `raw`; undefined is Compose's own dotenv. */
export async function readByCompose(
  compose: string,
  files: readonly string[],
  format?: 'raw',
): Promise<Variables[]> {
  using folder = createFolder()
  const services = files.map((path, index) => [
    `s${index}`,
    { image: 'x', env_file: [{ path, ...(format && { format }) }] },
  ])
  folder.write('compose.yaml', JSON.stringify({ services: Object.fromEntries(services) }))
  const { stdout, stderr } = await run([compose, 'config', '--format', 'json'], { cwd: folder.path })
  if (stdout === '') throw new Error(stderr)
  const read = JSON.parse(stdout) as { services: Record<string, { environment?: Record<string, string> }> }
  return files.map((_, index) => {
    const environment = read.services[`s${index}`]?.environment ?? {}
    // What it prints is a Compose file again, in which `$$` is `$`.
    return Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$$', '$')])
  })
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}
