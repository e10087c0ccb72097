// A process that listens to Postgres and stops dead before it passes anything on: whoever started it kills it there.
import { Client } from 'pg'
import { postgresSource } from '../../server/postgres/postgres-source.ts'
import { pgConnector } from '../../server/postgres/pg-connector.ts'

const url = process.argv[2]
const source = postgresSource({
  cache: {
    invalidate: (invalidation) => {
      process.send?.(invalidation)
      return new Promise(() => {})
    },
  },
  connect: pgConnector(() => new Client(url)),
  tables: { products: ['product-{id}'] },
  onEvent: ({ type }) => process.send?.(type),
})
source.start()
process.on('disconnect', () => process.exit(0))
