// Serves one page, and ends on SIGTERM as `docker stop` sends it.
import { createServer } from 'node:http'

const { PORT, DB_PASSWORD } = process.env

const server = createServer((_, response) => {
  response.end(`pid ${process.pid}, password of ${DB_PASSWORD.length} characters\n`)
})
server.listen(Number(PORT), () => console.log(`listening on ${server.address().port} as pid ${process.pid}`))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
