import { describe, expect, it } from 'vitest'
import type { ThermoclineError } from '../../policy/index.ts'
import { heardGroups } from '../../test/support/heard-groups.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { materializedView } from '../query/materialized-view.ts'
import type { PostgresConnector, ResultRow } from './connection.ts'
import { postgresSource } from './postgres-source.ts'
import { assertServer } from './server-version.ts'

/** A server that says its version and takes no other statement: one that is too old is not to be had. */
function saying(row: ResultRow | undefined): { connect: PostgresConnector; asked: string[] } {
  const asked: string[] = []
  const take = (text: string): Promise<void> => {
    asked.push(text)
    return Promise.resolve()
  }
  const connect: PostgresConnector = async () => ({
    query: async (text) => {
      await take(text)
      return row === undefined ? [] : [row]
    },
    run: take,
    listen: take,
    close: () => Promise.resolve(),
  })
  return { connect, asked }
}

const OLD = { number: '130023', name: '13.23 (Debian 13.23-1)' }
const MESSAGE = /PostgreSQL 13\.23 \(Debian 13\.23-1\), which is too old\. Use 14 or newer/

describe('a server that is too old', () => {
  it('is told of by `install()` of a source, which runs nothing there', async () => {
    const { connect, asked } = saying(OLD)
    const { cache } = heardGroups()
    const source = postgresSource({ cache, connect, tables: { products: [] } })
    await expect(source.install()).rejects.toThrow(MESSAGE)
    expect(asked).toHaveLength(1)
    await cache.close()
  })

  it('is told of by `install()` of a materialised view, which runs nothing there', async () => {
    const { connect, asked } = saying(OLD)
    const cache = createTieredCache()
    const view = materializedView({ cache, connect, name: 'sales', from: ['orders'] })
    await expect(view.install()).rejects.toThrow(MESSAGE)
    expect(asked).toHaveLength(1)
    await cache.close()
  })

  it('is told of by a source that is started without it', async () => {
    const { cache, events, onEvent } = heardGroups()
    const source = postgresSource({
      cache,
      connect: saying(OLD).connect,
      tables: { products: [] },
      onEvent,
    }).start()
    await expect
      .poll(() => events[0])
      .toEqual({ type: 'lost', reason: expect.stringMatching(MESSAGE) as string })
    await source.close()
    await cache.close()
  })
})

it.each([
  ['14.0', { number: '140000', name: '14.0' }, true],
  ['13.23', { number: '130023', name: '13.23' }, false],
  ['9.6.3', { number: '90603', name: '9.6.3' }, false],
  ['18.6', { number: '180006', name: '18.6' }, true],
  ['none', { number: null, name: null }, true],
  ['nothing', undefined, true],
])('a server of version %s is taken: %#', async (_, row, isTaken) => {
  const outcome = await assertServer(await saying(row).connect(() => {}), 1_000).then(
    () => 'taken',
    (error: unknown) => (error as ThermoclineError).code,
  )
  expect(outcome).toBe(isTaken ? 'taken' : 'option-invalid')
})
