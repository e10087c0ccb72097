// An embedded PostgreSQL that speaks the wire protocol on a loopback port, until its parent is gone.
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const database = await PGlite.create()
const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 200 })
await server.start()
process.send?.(`postgresql://postgres@${server.getServerConn()}/postgres`)
// Ctrl-C goes to all processes of a terminal; the parent still needs this one to clean up.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
