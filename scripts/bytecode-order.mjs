/**
 * Finds out in which order a start uses the program's functions, so that the bytecode of what it uses lies together
 * and fewer pages are touched: `secwrap exec` is run once, with a file, Parameter Store and Vault, up to the call by
 * which it would become the command.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const TEMPLATE = `NODE_ENV=production
TOKEN=file://./token
PASSWORD=ssm:///app/password
KEY=vault://secret/app#key
`
const NOT_EXECUTABLE = 126

/** @returns the order file of this program, which is compiled with bytecode and has no start record. */
export async function recordOrder(program, folder) {
  const order = `${folder}/order`
  writeFileSync(`${folder}/.env.template`, TEMPLATE)
  writeFileSync(`${folder}/token`, 'token\n', { mode: 0o600 })
  writeFileSync(`${folder}/command`, new Uint8Array(4)) // the kernel refuses it, so that the order is written at exit
  chmodSync(`${folder}/command`, 0o755)
  const store = createServer(answer).listen(0, '127.0.0.1')
  await once(store, 'listening')
  const url = `http://127.0.0.1:${store.address().port}`
  const env = {
    BUN_BYTECODE_ORDER_OUT: order,
    ...{
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
    },
    ...{ VAULT_ADDR: url, VAULT_TOKEN: 'token' },
  }
  const run = spawn(program, ['exec', './command'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [messages] = await Promise.all([run.stderr.setEncoding('utf8').toArray(), once(run, 'close')])
  store.close()
  if (run.exitCode !== NOT_EXECUTABLE) throw new Error(`the run for the order failed: ${messages.join('')}`)
  return order
}

async function answer(request, response) {
  const body = (await request.setEncoding('utf8').toArray()).join('')
  response.end(
    JSON.stringify(request.method === 'POST' ? parametersOf(JSON.parse(body)) : vaultAnswer(request)),
  )
}

function parametersOf({ Names }) {
  return { InvalidParameters: [], Parameters: Names.map(Name => ({ Name, Value: 'value', Version: 1 })) }
}

function vaultAnswer({ url }) {
  if (url.includes('/internal/ui/mounts/'))
    return { data: { options: { version: '2' }, path: 'secret/', type: 'kv' } }
  return { data: { data: { key: 'value' }, metadata: { version: 1 } } }
}
