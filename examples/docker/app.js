// Serves one page. Its password is in the environment, or in a file, which SIGHUP makes it read again.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { PORT, PID_FILE } = process.env
let password = readPassword()

const server = createServer((_, response) => {
  response.end(`pid ${process.pid}, password of ${password.length} characters\n`)
})
server.listen(Number(PORT), () => {
  if (PID_FILE) writeFileSync(PID_FILE, `${process.pid}\n`)
  console.log(`listening on ${server.address().port} as pid ${process.pid}`)
})
process.on('SIGHUP', () => {
  password = readPassword()
  console.log('password read again')
})
process.on('SIGTERM', () => server.close(() => process.exit(0))) // as `docker stop` sends it

function readPassword() {
  const { CONFIG_FILE, DB_PASSWORD } = process.env
  return CONFIG_FILE ? JSON.parse(readFileSync(CONFIG_FILE, 'utf8')).password : DB_PASSWORD
}
