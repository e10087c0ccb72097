import type { PGlite } from '@electric-sql/pglite'

/** Parse, Bind, Describe, Execute, Close and Flush: messages of a pipeline that only Sync ends. */
const WITHIN_PIPELINE = new Set(Buffer.from('PBDECH'))

const SYNC = Buffer.from('S\0\0\0\x04')

/**
 * Makes a PGlite safe behind `PGLiteSocketServer` with several connections. All of them share one session. The server
 * keeps other connections waiting while one is in a transaction, but not while one is between Parse and Sync: another
 * connection's Parse would replace the unnamed statement that the next Bind means. To it, a pipeline that is under way
 * is made to look like a transaction.
 */
export function pinPipelines(database: PGlite): PGlite {
  let inPipeline = false
  const overrides: Partial<PGlite> = {
    isInTransaction: () => inPipeline || database.isInTransaction(),
    execProtocolRawStream: (message, options) => {
      inPipeline = WITHIN_PIPELINE.has(message[0] ?? 0)
      return database.execProtocolRawStream(message, options)
    },
    // The server sends ROLLBACK for a connection that was lost while it held the session.
    exec: async (query, options) => {
      if (inPipeline) {
        inPipeline = false
        await database.execProtocolRawStream(SYNC, { onRawData: () => {} })
      }
      return database.isInTransaction() ? database.exec(query, options) : []
    },
  }
  return new Proxy(database, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(overrides, name) ? overrides : target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
