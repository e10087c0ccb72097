import { beforeEach, describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { Database } from './database.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

const write = (database: Database, value: string) =>
  database.use((connection) => connection.put('state', value, 'key'))
const read = (database: Database) => database.use((connection) => connection.get('state', 'key'))

describe('the database', () => {
  it('opens a connection anew when the browser has closed it', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    await write(database, 'kept')
    for (const connection of platform.opened) connection.close()
    expect(await read(database)).toBe('kept')
    expect(platform.opened).toHaveLength(2)
    expect(database.generation).toBe(1)
  })

  it('opens it once for all who meet that together', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    await write(database, 'kept')
    for (const connection of platform.opened) connection.close()
    expect(await Promise.all([read(database), read(database), read(database)])).toEqual(
      Array.from({ length: 3 }, () => 'kept'),
    )
    expect(platform.opened).toHaveLength(2)
  })

  it('is used by all when it opens at the second try (WebKit bug 197050)', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    const { openDatabase } = platform
    let tries = 0
    const once = async (...parameters: Parameters<typeof openDatabase>) => {
      tries += 1
      if (tries === 1) throw new DOMException('Connection to Indexed Database server lost.', 'UnknownError')
      return await openDatabase(...parameters)
    }
    Object.assign(platform, { openDatabase: once })
    await Promise.all([read(database), write(database, 'kept')])
    expect(await read(database)).toBe('kept')
    expect(tries).toBe(2)
  })

  it('lets itself be deleted, and starts anew', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    await write(database, 'kept')
    await new Promise((resolve) =>
      indexedDB.deleteDatabase('thermocline').addEventListener('success', resolve),
    )
    expect(await read(database)).toBeUndefined()
    expect(database.generation).toBe(1)
  })

  it('is given up for a while when it does not open, then tried again', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    platform.openFault = new DOMException('denied', 'SecurityError')
    await expect(write(database, 'x')).rejects.toThrow('denied')
    platform.openFault = undefined
    await expect(write(database, 'x')).rejects.toThrow('IndexedDB is unavailable.')
    platform.pass(10_000)
    await write(database, 'x')
    expect(await read(database)).toBe('x')
  })

  it('is given up when it never answers', async () => {
    const platform = new FakePlatform()
    const database = new Database(platform)
    const hanging = database.use(() => new Promise(() => {})).catch((error: unknown) => String(error))
    await read(database)
    platform.pass(2_000)
    expect(await hanging).toBe('Error: IndexedDB is unavailable.')
  })
})
