import { describe, expect, it } from 'vitest'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { isThermoclineError } from '../../policy/index.ts'
import type { PostgresConnector } from './connection.ts'
import { pgConnector } from './pg-connector.ts'
import { pgliteConnector } from './pglite-connector.ts'
import { type PostgresSourceOptions, resolveSourceOptions } from './source-options.ts'

const connect: PostgresConnector = () => Promise.reject(new Error('never called'))
const right: PostgresSourceOptions = {
  cache: createTieredCache(),
  connect,
  tables: { products: ['product-{id}'] },
}

describe('postgresSource', () => {
  it('takes a cache, a connector and tables', () => {
    expect(resolveSourceOptions(right)).toMatchObject({
      schema: 'thermocline',
      mostRows: 1_000,
      beyond: 'everything',
      lookMs: 1_000,
      timeoutMs: 5_000,
    })
  })

  const compute = (): string[] => []
  it.each<[string, object, string]>([
    ['an option that is not one', { table: {} }, 'option-invalid'],
    ['no cache', { cache: {} }, 'option-invalid'],
    ['a client in place of a connector', { connect: {} }, 'option-invalid'],
    ['no table', { tables: {} }, 'option-invalid'],
    ['a list of tables', { tables: ['products'] }, 'option-invalid'],
    ['a table twice', { tables: { products: ['a'], 'public.products': ['b'] } }, 'option-invalid'],
    ['a template that makes no name', { tables: { products: ['Product-{id}'] } }, 'group-invalid'],
    ['a template that is no text', { tables: { products: [42] } }, 'group-invalid'],
    ['a bare function, of unknown columns', { tables: { products: compute } }, 'option-invalid'],
    ['a function without its columns', { tables: { products: { groups: compute } } }, 'option-invalid'],
    [
      'a column without a name',
      { tables: { products: { columns: [''], groups: compute } } },
      'option-invalid',
    ],
    ['a column that is too long', { tables: { products: [`a-{${'b'.repeat(64)}}`] } }, 'option-invalid'],
    ["the application's own schema", { schema: 'public' }, 'option-invalid'],
    ["Postgres's own schema", { schema: 'pg_temp' }, 'option-invalid'],
    ['a schema that would end a text', { schema: "a'; --" }, 'option-invalid'],
    ['a schema that would end a function', { schema: 'a$thermocline$' }, 'option-invalid'],
    ['no rows', { mostRows: 0 }, 'option-invalid'],
    ['too many rows', { mostRows: 1e6 }, 'option-invalid'],
    ['a word that is not one', { beyond: 'nothing' }, 'option-invalid'],
    ['no time', { lookMs: 0 }, 'duration-invalid'],
    ['a time that is none', { timeoutMs: 'soon' }, 'duration-invalid'],
    ['a listener that is no function', { onEvent: true }, 'option-invalid'],
  ])('refuses %s', (_, wrong, code) => {
    try {
      resolveSourceOptions({ ...right, ...wrong })
      expect.unreachable()
    } catch (error) {
      expect(isThermoclineError(error) ? error.code : error).toBe(code)
    }
  })

  it('refuses connectors of what they are not for', () => {
    expect(() => pgConnector({} as never)).toThrow(/makes a new `Client`/)
    expect(() => pgliteConnector({} as never)).toThrow(/Give a `PGlite`/)
  })

  it('names the columns of a table in one order, each once', () => {
    const { tables } = resolveSourceOptions({ ...right, tables: { b: ['x-{z}', 'y-{a}-{z}', 'all'], a: [] } })
    expect(tables.map(({ table }) => table)).toEqual(['a', 'b'])
    expect(tables[1]?.columns).toEqual(['a', 'z'])
    expect(tables[1]?.always).toEqual(['table-b', 'all'])
  })
})
