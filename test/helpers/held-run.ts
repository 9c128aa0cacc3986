/** secwrap, held while it resolves: its template asks a Vault that accepts the connection and says nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { type Artifact, BARE_ENVIRONMENT } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'

export interface HeldRun {
  readonly child: ChildProcess // the process that was started: secwrap, or what `prefix` names
  readonly end: Promise<readonly [number | null, NodeJS.Signals | null]>
  readonly folder: string // the command would create the file `started` in it
}

/** Starts `prefix` + secwrap, and calls `use` as soon as secwrap waits for its store. */
export async function whileResolving<T>(
  artifact: Artifact,
  use: (held: HeldRun) => Promise<T>,
  { prefix = [], user }: { readonly prefix?: readonly string[]; readonly user?: number } = {},
): Promise<T> {
  using folder = createFolder()
  chmodSync(folder.path, 0o755)
  const sockets: Socket[] = []
  const server = createServer(socket => sockets.push(socket.on('error', () => {})))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  folder.write('.env.template', 'KEY=vault://secret/app#key\n', 0o644)
  const [file = '', ...args] = [...prefix, ...artifact.argv, 'exec', '--', 'touch', 'started']
  const child = spawn(file, args, {
    cwd: folder.path,
    env: { ...BARE_ENVIRONMENT, VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'planted-token' },
    stdio: 'ignore',
    ...(user !== undefined && { uid: user, gid: user }),
  })
  const end = once(child, 'exit') as Promise<unknown> as HeldRun['end']
  try {
    await Promise.race([once(server, 'connection'), end])
    return await use({ child, end, folder: folder.path })
  } finally {
    child.kill('SIGKILL')
    for (const socket of sockets) socket.destroy()
    server.close()
    await end
  }
}
