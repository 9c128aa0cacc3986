/** Makes a project as there are many, with its secrets in a .env file, and does with it what the README says. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const example = fileURLToPath(new URL('.', import.meta.url))
const secwrap = fileURLToPath(new URL('../../dist/secwrap-linux-x64', import.meta.url))
const project = `${example}project`

makeProject()
console.log('$ cd examples/quickstart/project && ls -A\n.env  .env.example  app.js')
// Only here, so that nothing goes to your home folder: there is where the key lies otherwise.
console.log('$ export SOPS_AGE_KEY_FILE=age-key.txt')
runSecwrap('init')
show('.env.template')
runSecwrap('check')
console.log('$ rm .env')
rmSync(`${project}/.env`)
runSecwrap('exec', '--', 'node', 'app.js')

function makeProject() {
  rmSync(project, { recursive: true, force: true })
  mkdirSync(project, { mode: 0o700 })
  spawnSync('git', ['init', '--quiet', project])
  copyFileSync(`${example}app.js`, `${project}/app.js`)
  copyFileSync(`${example}env.example`, `${project}/.env.example`)
  const [password, key] = [randomBytes(12).toString('base64url'), randomBytes(20).toString('hex')]
  const env = `# Settings of the app
NODE_ENV=development
PORT=3000

# The database
DB_HOST=localhost
DB_PASSWORD='${password}'
DB_URL="postgres://app:${password}@localhost:5432/app"

API_KEY=${key} # of the test account
`
  writeFileSync(`${project}/.env`, env, { mode: 0o600 })
}

function runSecwrap(...args) {
  console.log(`$ secwrap ${args.join(' ')}`)
  const { SOPS_AGE_KEY: _, SOPS_AGE_RECIPIENTS: __, ...inherited } = process.env
  const env = { ...inherited, SOPS_AGE_KEY_FILE: 'age-key.txt' }
  const { status } = spawnSync(secwrap, args, { cwd: project, env, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function show(file) {
  console.log(`$ cat ${file}`)
  spawnSync('cat', [file], { cwd: project, stdio: 'inherit' })
}
