import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inTransaction } from '../database/pool.ts'
import { type TestDatabase, startTestDatabase } from '../test-support/start-test-database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase({ seeded: false })
  await database.connect().query('CREATE TABLE counter (n integer NOT NULL); INSERT INTO counter VALUES (0)')
})

afterAll(() => database.close())

it('keeps the statements of many connections apart while others are in transactions', async () => {
  const pools = [database.connect(), database.connect(), database.connect()]
  const answers = await Promise.all(
    Array.from({ length: 150 }, async (_, index) => {
      const pool = pools[index % 3] ?? database.connect()
      if (index % 5 === 0) {
        await inTransaction(pool, async (connection) => {
          const { rows } = await connection.query<{ n: number }>('SELECT n FROM counter WHERE $1', [true])
          await new Promise((resolve) => setImmediate(resolve))
          await connection.query('UPDATE counter SET n = $1', [(rows[0]?.n ?? 0) + 1])
        })
        return index
      }
      const text = index % 2 === 0 ? 'SELECT $1::integer AS a' : 'SELECT $2::text AS b, $1::integer AS a'
      const { rows } = await pool.query<{ a: number }>(text, index % 2 === 0 ? [index] : [index, 'b'])
      return rows[0]?.a
    }),
  )
  expect(answers).toEqual(Array.from({ length: 150 }, (_, index) => index))
  // 30 transactions read, paused and wrote: none may have written over another.
  expect((await database.connect().query('SELECT n FROM counter')).rows).toEqual([{ n: 30 }])
})

it('gives the session back when a connection breaks inside a transaction', async () => {
  const pool = database.connect()
  const before = await pool.query('SELECT n FROM counter')
  const client = new Client(database.url)
  client.on('error', () => {})
  await client.connect()
  await client.query('BEGIN')
  await client.query('UPDATE counter SET n = $1', [-1])
  const ended = new Promise((resolve) => client.once('end', resolve))
  ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  await ended
  expect((await pool.query('SELECT n FROM counter')).rows).toEqual(before.rows)
})
