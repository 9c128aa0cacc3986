// Asks its database once a request. On SIGTERM it answers all that has reached it, and ends.
import { createServer } from 'node:http'
import { Server } from 'node:net'
import pg from 'pg'

const { DATABASE_URL, LISTEN_PID, PORT } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 })
pool.on('error', ({ code }) => console.log(`connection lost: ${code}`))

const server = createServer(async (_, response) => {
  response.setHeader('Connection', 'close')
  try {
    const { rows } = await pool.query('INSERT INTO visits DEFAULT VALUES RETURNING visitor')
    response.end(rows[0].visitor)
  } catch ({ code }) {
    console.log(`query failed: ${code}`)
    response.writeHead(500).end()
  }
})
// A socket that whoever started us has opened stays open while we are started anew: sd_listen_fds(3).
const place = LISTEN_PID === String(process.pid) ? { fd: 3 } : { host: '127.0.0.1', port: Number(PORT) }
server.listen(place, () => console.log(`listening on ${server.address().port} as process ${process.pid}`))
// The close of HTTP servers also cuts connections whose request is still on its way.
process.once('SIGTERM', () => Server.prototype.close.call(server, () => pool.end()))
