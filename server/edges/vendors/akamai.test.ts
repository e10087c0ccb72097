import { describe, expect, it } from 'vitest'
import { describePurger } from '../../../test/support/vendors/describe-purger.ts'
import {
  AKAMAI_HOST,
  AKAMAI_KEYS,
  CP_CODE,
  FakeAkamai,
  problem,
} from '../../../test/support/vendors/fake-akamai.ts'
import { COARSE_GROUP } from '../group-budget.ts'
import { type AkamaiOptions, akamai } from './akamai.ts'

const RIGHT: AkamaiOptions = { host: AKAMAI_HOST, ...AKAMAI_KEYS, cpCodes: [CP_CODE] }
const never = new AbortController().signal

describe('Akamai', () => {
  const fake = describePurger({
    fake: () => new FakeAkamai(),
    purger: () => akamai(RIGHT),
    stranger: () => akamai({ ...RIGHT, clientSecret: 'of-somebody-else' }),
    secrets: Object.values(AKAMAI_KEYS),
    quoting: (text) => problem(400, 'bad request', text),
  })

  it('learns of groups by Edge-Cache-Tag', () => {
    expect(akamai(RIGHT).fields?.(['product-42', 'a'])).toEqual({ 'Edge-Cache-Tag': 'product-42,a' })
    const many = Array.from({ length: 129 }, (_, i) => `g${i}`)
    expect(akamai(RIGHT).fields?.(many)).toEqual({ 'Edge-Cache-Tag': COARSE_GROUP })
    const most = { groupLength: 128 }
    const long = many.slice(1).map((name) => name.padEnd(128, 'x'))
    expect(akamai({ ...RIGHT, limits: most }).fields?.(long)).toEqual({ 'Edge-Cache-Tag': long.join(',') })
  })

  it('is asked as its API reference says', async () => {
    const staging = akamai({ ...RIGHT, network: 'staging' })
    await akamai(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await akamai(RIGHT).purge({ kind: 'urls', names: ['https://shop.example/a'], mode: 'expire' }, never)
    await staging.purge({ kind: 'everything', names: [], mode: 'expire' }, never)
    expect(fake.current.calls.map(({ url, body }) => [url.pathname, JSON.parse(body) as unknown])).toEqual([
      ['/ccu/v3/delete/tag/production', { objects: ['a', COARSE_GROUP] }],
      ['/ccu/v3/invalidate/url/production', { objects: ['https://shop.example/a'] }],
      ['/ccu/v3/invalidate/cpcode/staging', { objects: [CP_CODE] }],
    ])
  })

  it('can purge everything where its CP codes are known', () => {
    expect(akamai(RIGHT).abilities.everything).toBe(true)
    expect(akamai({ host: AKAMAI_HOST, ...AKAMAI_KEYS }).abilities.everything).toBe(false)
  })

  it('is sent long URLs in several requests, none longer than it takes', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `https://shop.example/${i}/${'x'.repeat(2_000)}`)
    await akamai(RIGHT).purge({ kind: 'urls', names, mode: 'delete' }, never)
    const { calls } = fake.current
    expect(calls.length).toBe(5)
    expect(calls.flatMap(({ body }) => (JSON.parse(body) as { objects: string[] }).objects)).toEqual(names)
    expect(Math.max(...calls.map(({ body }) => body.length))).toBeLessThanOrEqual(50_000)
  })

  it('refuses one URL that is too long for any request', async () => {
    const names = [`https://shop.example/${'x'.repeat(50_000)}`]
    const purge = akamai(RIGHT).purge({ kind: 'urls', names, mode: 'delete' }, never)
    await expect(purge).rejects.toMatchObject({ status: 413, isFinal: true })
  })

  it.each([429, 507])('is asked again after five seconds where it answers %i', async (status) => {
    fake.current.answerNext(() => problem(status, 'Rate Limit exceeded'))
    const purge = akamai(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await expect(purge).rejects.toMatchObject({ status, isFinal: false, retryAfterMs: 5_000 })
  })

  it('passes on what it says of a refusal', async () => {
    const purge = akamai({ ...RIGHT, cpCodes: [1] }).purge(
      { kind: 'everything', names: [], mode: 'delete' },
      never,
    )
    await expect(purge).rejects.toThrow(
      'akamai answered 403 (unauthorized cpcode). Check the credentials, and what they allow.',
    )
  })

  it.each([
    [{ host: `https://${AKAMAI_HOST}` }, '`host` is a text of 66 characters.'],
    [{ host: `${AKAMAI_HOST}/` }, '`host` is a text of 59 characters.'],
    [{ clientToken: '' }, '`clientToken` is empty.'],
    [{ clientSecret: undefined }, '`clientSecret` is undefined.'],
    [{ accessToken: 'a b' }, '`accessToken` holds a space'],
    [{ network: 'test' }, '`network` is "test".'],
    [{ cpCodes: ['1'] }, '`cpCodes` is an array of 1.'],
    [{ limits: { groupLength: 129 } }, '`limits.groupLength` is 129.'],
    [{ limits: { bodyBytes: 0 } }, '`limits.bodyBytes` is 0.'],
    [{ token: 'x' }, '`akamai` has no option `token`.'],
  ])('refuses options that can only be a mistake: %j', (wrong, message) => {
    const make = (): unknown => akamai({ ...RIGHT, ...wrong } as AkamaiOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'option-invalid' }) as Error)
    expect(make).toThrow(message)
  })
})
