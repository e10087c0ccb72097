import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checksOf } from './entry-checks.ts'
import { type EntryDefinitionOptions, defineEntry } from './define-entry.ts'
import type { Migrations } from './migrations.ts'
import type { StandardSchema } from './standard-schema.ts'

const schema = z.object({ cents: z.number() })
const good = { name: 'price', key: (id: number) => id, schema }
type Options = EntryDefinitionOptions<[id: number], StandardSchema>

const optionInvalid = (text: string) =>
  expect.objectContaining({ code: 'option-invalid', message: expect.stringContaining(text) as string })

describe('defineEntry', () => {
  it('tells the key of an entry without any cache', () => {
    const price = defineEntry({ ...good, key: (id: number, currency: string) => [id, currency] })
    expect(price.keyOf(42, 'EUR')).toBe('price:42:EUR')
    expect(price.name).toBe('price')
    expect(price.version).toBe(1)
  })

  it.each<[string, object | null, string]>([
    ['no object', null, '`defineEntry` was given null'],
    ['a name that is not portable', { ...good, name: 'Price' }, '"Price"'],
    ['no key', { ...good, key: 'id' }, '`key` of the entry "price"'],
    ['no schema', { ...good, schema: undefined }, 'is undefined and no Standard Schema 1'],
    ['an object that is no schema', { ...good, schema: { parse: () => 1 } }, 'no Standard Schema 1'],
    [
      'a schema of a later standard',
      {
        ...good,
        schema: { '~standard': { version: 2, vendor: 'x', validate: (value: unknown) => ({ value }) } },
      },
      'no Standard Schema 1',
    ],
    ['a version below 1', { ...good, version: 0 }, '`version` of the entry "price" is 0'],
    ['a version that is no whole number', { ...good, version: 1.5 }, 'is 1.5'],
    ['what only the schema may say', { ...good, admit: () => ({ value: 1 }) }, 'has `admit`'],
    [
      'a misspelt option',
      { ...good, migrations: {} },
      'The entry "price" has no option `migrations`. Did you mean `migrate`?',
    ],
    ['what no entry has', { ...good, ttl: 5 }, 'The entry "price" has no option `ttl`'],
  ])('refuses %s', (_what, options, text) => {
    expect(() => defineEntry(options as unknown as Options)).toThrow(optionInvalid(text))
  })

  it('refuses a schema that is asynchronous, before anybody asks', () => {
    const asynchronous = v.pipeAsync(
      v.number(),
      v.checkAsync(async (value) => Promise.resolve(value > 0)),
    )
    expect(() => defineEntry({ ...good, schema: asynchronous })).toThrow(
      optionInvalid('answered with a promise'),
    )
  })

  it('takes a schema that throws for undefined', () => {
    const picky = z.preprocess((value) => (value as { at: unknown }).at, z.number())
    expect(() => defineEntry({ ...good, schema: picky })).not.toThrow()
  })

  it.each<[string, unknown, string]>([
    [
      'a step that leads past today',
      { 3: String },
      'a step is named by the version it starts from: raise `version` to 4, or name',
    ],
    ['a step of no version', { old: String }, 'for version "old"'],
    ['a gap', { 1: String }, 'without a step from 2 to 3'],
    ['a step that is no function', { 1: 1, 2: String }, '1 at 1'],
    ['a list', 'up', 'is "up"'],
  ])('refuses %s in migrate', (_what, migrate, text) => {
    const options = { ...good, version: 3, migrate: migrate as Migrations }
    expect(() => defineEntry(options)).toThrow(optionInvalid(text))
  })

  it('says what to do about a first step without a second version', () => {
    const options = { ...good, migrate: { 1: String } }
    expect(() => defineEntry(options)).toThrow(
      optionInvalid(
        'for version "1". `version` is 1, and a step is named by the version it starts from: raise `version` to 2, or name a step 0.',
      ),
    )
  })
})

describe('what L2 has', () => {
  const steps = {
    0: (old: unknown) => (typeof old === 'number' ? { euro: old } : undefined),
    1: (old: unknown) => ({ cents: z.object({ euro: z.number() }).parse(old).euro * 100 }),
  }
  const price = defineEntry({ ...good, version: 2, migrate: steps })
  const { admit } = checksOf(price)

  it.each<[string, unknown, string | number, unknown]>([
    ['of today that fits', { cents: 5 }, 2, { value: { cents: 5 } }],
    ['of today that does not fit', { cents: '5' }, 2, undefined],
    ['of the version before', { euro: 7 }, 1, { value: { cents: 700 } }],
    ['of long ago, by every step', 7, 0, { value: { cents: 700 } }],
    ['that a step gives up', 'seven', 0, undefined],
    ['that makes a step throw', { dollars: 7 }, 1, undefined],
    ['of a version to come', { cents: 5 }, 3, undefined],
    ['of a version that is not ours', { cents: 5 }, '2', undefined],
  ])('%s is what the schema makes of it, or a miss', (_what, stored, version, found) => {
    expect(admit(stored, version)).toEqual(found)
  })

  it('is a miss in an earlier version where there is no way up', () => {
    const bare = checksOf(defineEntry({ ...good, version: 2 }))
    expect(bare.admit({ cents: 5 }, 1)).toBeUndefined()
    const noSteps = checksOf(defineEntry({ ...good, version: 2, migrate: {} }))
    expect(noSteps.admit({ cents: 5 }, 1)).toBeUndefined()
  })

  it('is brought up by one function that is told the version, and checked', () => {
    const migrate = (old: unknown, from: number) => (from === 3 ? undefined : { cents: old })
    const { admit } = checksOf(defineEntry({ ...good, version: 4, migrate }))
    expect(admit(5, 2)).toEqual({ value: { cents: 5 } })
    expect(admit('5', 2)).toBeUndefined()
    expect(admit(5, 3)).toBeUndefined()
    // It is asked about the past only.
    expect(admit(5, 5)).toBeUndefined()
  })
})
