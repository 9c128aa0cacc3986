/** Makes the secrets that a real project would already have, then does what its README would say. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const secwrap = fileURLToPath(new URL('../../dist/secwrap-linux-x64', import.meta.url))

mkdirSync(`${folder}secrets`, { recursive: true, mode: 0o700 })
writeFileSync(`${folder}secrets/db_password`, `${randomBytes(12).toString('base64')}\n`, { mode: 0o600 })
writeFileSync(`${folder}secrets/api.json`, JSON.stringify({ key: randomBytes(16).toString('hex') }), {
  mode: 0o600,
})

console.log('$ cd examples/quickstart')
console.log('$ secwrap exec -- node app.js')
const { status } = spawnSync(secwrap, ['exec', '--', 'node', 'app.js'], { cwd: folder, stdio: 'inherit' })
process.exit(status ?? 1)
