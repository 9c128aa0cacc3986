import { fileURLToPath } from 'node:url'
import type { Aws } from './index.ts'
import type { Started } from './openbao.ts'
import { answers, freePorts, startServer } from './server.ts'

export async function startAws(python: string, folder: string): Promise<Started<Aws>> {
  const [port = 0] = await freePorts(1)
  const endpoint = `http://127.0.0.1:${port}`
  const program = fileURLToPath(new URL('aws/server.py', import.meta.url))
  const server = await startServer({
    name: 'aws',
    folder,
    command: [python, program, String(port)],
    options: { env: { HOME: folder, PYTHONDONTWRITEBYTECODE: '1', MOTO_PORT: String(port) } },
    isReady: () => answers(`${endpoint}/lab/calls?key=none`, 200),
  })
  return { servers: [server], access: { endpoint } }
}
