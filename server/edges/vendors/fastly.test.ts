import { describe, expect, it } from 'vitest'
import { describePurger } from '../../../test/support/vendors/describe-purger.ts'
import { FASTLY_TOKEN, FakeFastly, SERVICE } from '../../../test/support/vendors/fake-fastly.ts'
import { COARSE_GROUP } from '../group-budget.ts'
import { type FastlyOptions, fastly } from './fastly.ts'

const RIGHT: FastlyOptions = { service: SERVICE, token: FASTLY_TOKEN }
const never = new AbortController().signal

describe('Fastly', () => {
  const fake = describePurger({
    fake: () => new FakeFastly(),
    purger: () => fastly(RIGHT),
    stranger: () => fastly({ ...RIGHT, token: 'fastly-of-somebody-else' }),
    secrets: [FASTLY_TOKEN],
    quoting: (text) => Response.json({ msg: 'Bad request', detail: text }, { status: 400 }),
  })

  it('learns of groups by Surrogate-Key', () => {
    expect(fastly(RIGHT).fields?.(['product-42', 'a'])).toEqual({ 'Surrogate-Key': 'product-42 a' })
    expect(fastly(RIGHT).fields?.([])).toEqual({})
  })

  it('is asked as its API reference says', async () => {
    await fastly(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await fastly(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'expire' }, never)
    await fastly(RIGHT).purge({ kind: 'urls', names: ['https://shop.example/a?b=1'], mode: 'expire' }, never)
    await fastly(RIGHT).purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    const seen = fake.current.calls.map(({ url, fields, body }) => [
      url.pathname + url.search,
      fields.get('fastly-soft-purge'),
      body,
    ])
    const keys = JSON.stringify({ surrogate_keys: ['a', COARSE_GROUP] })
    expect(seen).toEqual([
      [`/service/${SERVICE}/purge`, null, keys],
      [`/service/${SERVICE}/purge`, '1', keys],
      ['/purge/shop.example/a?b=1', '1', ''],
      [`/service/${SERVICE}/purge_all`, null, ''],
    ])
  })

  it('removes everything even where it is to expire, since that can be done at once only hard', async () => {
    fake.current.hold('https://shop.example/')
    await fastly(RIGHT).purge({ kind: 'everything', names: [], mode: 'expire' }, never)
    expect(fake.current.stateOf('https://shop.example/')).toBe('gone')
  })

  it('keeps everything as stale by a key that every response has', async () => {
    const purger = fastly({ ...RIGHT, everythingKey: 'all' })
    fake.current.hold('https://shop.example/1', purger.fields?.([]))
    fake.current.hold('https://shop.example/2', purger.fields?.(['a', 'b']))
    await purger.purge({ kind: 'everything', names: [], mode: 'expire' }, never)
    expect(fake.current.stateOf('https://shop.example/1')).toBe('stale')
    expect(fake.current.stateOf('https://shop.example/2')).toBe('stale')
    await purger.purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    expect(fake.current.stateOf('https://shop.example/2')).toBe('gone')
  })

  it('leaves room for that key', () => {
    const many = Array.from(
      { length: 600 },
      (_, i) => `a-group-with-a-long-name-${String(i).padStart(4, '0')}`,
    )
    const purger = fastly({ ...RIGHT, everythingKey: 'everything-of-this-service' })
    expect(purger.fields?.(many)).toEqual({ 'Surrogate-Key': `everything-of-this-service ${COARSE_GROUP}` })
    for (let count = 500; count < 600; count++) {
      const value = purger.fields?.(many.slice(0, count))['Surrogate-Key'] ?? ''
      expect(value.length).toBeLessThanOrEqual(16_384)
    }
  })

  it('says when its window ends', async () => {
    fake.current.limitTo(0)
    fake.current.reset = Math.ceil(Date.now() / 1_000) + 600
    const purge = fastly(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    const failure = (await purge.catch((error: unknown) => error)) as {
      retryAfterMs: number
      isFinal: boolean
    }
    expect(failure.isFinal).toBe(false)
    expect(failure.retryAfterMs).toBeGreaterThan(500_000)
    expect(failure.retryAfterMs).toBeLessThanOrEqual(601_000)
  })

  it('refuses more keys than it takes, and its words are passed on', async () => {
    const names = Array.from({ length: 256 }, (_, i) => `group-${i}`)
    const purge = fastly(RIGHT).purge({ kind: 'groups', names, mode: 'delete' }, never)
    await expect(purge).rejects.toThrow(
      '(Batch surrogate key request only supports up to 256 surrogate keys)',
    )
    expect(fastly(RIGHT).mostNames).toEqual({ groups: 255, urls: 1 })
  })

  it.each([
    [{ service: 'shop.example' }, '`service` is a text of 12 characters.'],
    [{ token: '' }, '`token` is empty.'],
    [{ token: 12 }, '`token` is a number.'],
    [{ everythingKey: 'two keys' }, '`everythingKey` is a text of 8 characters.'],
    [{ limits: { groupsARequest: 257 } }, '`limits.groupsARequest` is 257.'],
    [{ limits: { groupLength: 14 } }, '`limits.groupLength` is 14.'],
    [{ plan: 'pro' }, '`fastly` has no option `plan`.'],
  ])('refuses options that can only be a mistake: %j', (wrong, message) => {
    const make = (): unknown => fastly({ ...RIGHT, ...wrong } as FastlyOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'option-invalid' }) as Error)
    expect(make).toThrow(message)
  })
})
