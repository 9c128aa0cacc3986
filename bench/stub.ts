/**
 * The store of the benchmark: Parameter Store and Vault in one process, run by Bun because its
 * server costs the least. Every parameter and every path exists; nothing is checked.
 *
 *   bun bench/stub.ts DELAY_MS…
 *
 * One port a delay. The first line of standard output is the list of ports; `GET /counts` gives the
 * requests by kind since the last time it was asked. It ends when its standard input does.
 */

interface BunServer {
  readonly port: number
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    fetch(request: Request): Response | Promise<Response>
  }): BunServer
}

type Answer = readonly [kind: string, body: object]

const counts: Record<string, number> = {}

const ports = process.argv.slice(2).map(delay => listen(Number(delay)).port)
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit()).resume()

function listen(delayMs: number): BunServer {
  return Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const path = request.url.slice(request.url.indexOf('/', 'http://'.length))
      if (path === '/counts') return Response.json(takeCounts())
      const [kind, body] = path.startsWith('/v1/') ? answerVault(path) : await answerAws(request)
      counts[kind] = (counts[kind] ?? 0) + 1
      if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
      return Response.json(body)
    },
  })
}

function takeCounts(): Record<string, number> {
  const taken = { ...counts }
  for (const kind in counts) delete counts[kind]
  return taken
}

/** Source of both shapes: AWS Systems Manager API Reference. */
async function answerAws(request: Request): Promise<Answer> {
  const action = request.headers.get('x-amz-target')?.split('.')[1] ?? 'unknown'
  const { Names = [], Path = '/' } = (await request.json()) as { Names?: string[]; Path?: string }
  const names = action === 'GetParametersByPath' ? [`${Path}/one`, `${Path}/two`] : Names
  return [action, { Parameters: names.map(describeParameter), InvalidParameters: [] }]
}

function describeParameter(name: string): object {
  return {
    ARN: `arn:aws:ssm:eu-central-1:123456789012:parameter${name}`,
    DataType: 'text',
    LastModifiedDate: 1764000000.123,
    Name: name,
    Type: 'SecureString',
    Value: `value-of-${name}`,
    Version: 3,
  }
}

const MOUNT = '/v1/sys/internal/ui/mounts/'

/** Source of both shapes: OpenBao API documentation. */
function answerVault(path: string): Answer {
  if (path.startsWith(MOUNT)) {
    const options = { version: '2' }
    return ['mount', { data: { accessor: 'kv_1', options, path: 'secret/', type: 'kv' } }]
  }
  const data = { username: 'app', password: `value-of-${path}`, url: 'https://example.com/' }
  const metadata = {
    created_time: '2026-11-24T10:00:00.000000000Z',
    custom_metadata: null,
    deletion_time: '',
    destroyed: false,
    version: 3,
  }
  return [
    'secret',
    { request_id: 'b5c7', lease_id: '', renewable: false, lease_duration: 0, data: { data, metadata } },
  ]
}
