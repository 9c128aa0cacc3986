// Serves over TLS, and takes the next certificate on SIGHUP without losing a connection.
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'

const { TLS_FOLDER = '/run/tls', PID_FILE = '/run/server.pid', PORT = '8443' } = process.env

// Certificate and key of one generation: from one read of tls.crt to the next of tls.key there may come another pair.
function readPair() {
  const generation = realpathSync(`${TLS_FOLDER}/..data`)
  return { cert: readFileSync(`${generation}/tls.crt`), key: readFileSync(`${generation}/tls.key`) }
}

const server = createServer(readPair(), (_, response) => response.end('hello\n'))
process.on('SIGHUP', () => {
  server.setSecureContext(readPair())
  console.log('another certificate')
})
server.listen(Number(PORT), '127.0.0.1', () => {
  writeFileSync(PID_FILE, String(process.pid))
  console.log(`listening on ${server.address().port}`)
})
