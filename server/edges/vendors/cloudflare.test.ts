import { describe, expect, it } from 'vitest'
import { describePurger } from '../../../test/support/vendors/describe-purger.ts'
import {
  CLOUDFLARE_TOKEN,
  FakeCloudflare,
  ZONE,
  refusal,
} from '../../../test/support/vendors/fake-cloudflare.ts'
import { COARSE_GROUP } from '../group-budget.ts'
import { type CloudflareOptions, cloudflare } from './cloudflare.ts'

const RIGHT: CloudflareOptions = { zone: ZONE, token: CLOUDFLARE_TOKEN }
const never = new AbortController().signal
const groups = (count: number): string[] => Array.from({ length: count }, (_, i) => `group-${i}`)

describe('Cloudflare', () => {
  const fake = describePurger({
    fake: () => new FakeCloudflare(),
    purger: () => cloudflare(RIGHT),
    stranger: () => cloudflare({ ...RIGHT, token: 'cf-of-somebody-else' }),
    secrets: [CLOUDFLARE_TOKEN],
    quoting: (text) => refusal(400, 6_003, text),
  })

  it('learns of groups by Cache-Tag', () => {
    expect(cloudflare(RIGHT).fields?.(['product-42', 'a'])).toEqual({ 'Cache-Tag': 'product-42,a' })
  })

  it('is asked as its API reference says', async () => {
    await cloudflare(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await cloudflare(RIGHT).purge({ kind: 'urls', names: ['https://shop.example/a'], mode: 'delete' }, never)
    await cloudflare(RIGHT).purge({ kind: 'everything', names: [], mode: 'expire' }, never)
    expect(fake.current.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { tags: ['a', COARSE_GROUP] },
      { files: ['https://shop.example/a'] },
      { purge_everything: true },
    ])
    expect(fake.current.calls[0]?.fields.get('content-type')).toBe('application/json')
  })

  it('is asked as slowly as the slowest plan, unless the plan is told', () => {
    expect(cloudflare(RIGHT).rate).toEqual({ perSecond: 5 / 60, burst: 25 })
    expect(cloudflare({ ...RIGHT, plan: 'enterprise' }).rate).toEqual({ perSecond: 50, burst: 500 })
    const rate = { perSecond: 1, burst: 2 }
    expect(cloudflare({ ...RIGHT, plan: 'pro', rate }).rate).toEqual(rate)
  })

  it('says when it may be asked again', async () => {
    fake.current.limitTo(0)
    const purge = cloudflare(RIGHT).purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    await expect(purge).rejects.toMatchObject({ status: 429, retryAfterMs: 12_000, isFinal: false })
  })

  it('refuses more tags than it takes, and its words are passed on', async () => {
    const purge = cloudflare(RIGHT).purge({ kind: 'groups', names: groups(100), mode: 'delete' }, never)
    await expect(purge).rejects.toThrow(
      'cloudflare answered 400 (1016: One or more cache purge errors). It does not take this request, now or later.',
    )
  })

  it('is not taken at its status alone: a refusal may come with 200', async () => {
    const purge = async (): Promise<void> =>
      cloudflare(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    fake.current.answerNext(() => refusal(200, 1_107, 'Only enterprise zones can purge by tag.'))
    await expect(purge()).rejects.toMatchObject({ status: 200, isFinal: true })
    fake.current.answerNext(() => refusal(200, 1_016, 'One or more cache purge errors'))
    await expect(purge()).rejects.toMatchObject({ status: 200, isFinal: false })
    fake.current.answerNext(() => new Response('<html>You are in a hotel</html>'))
    await expect(purge()).rejects.toMatchObject({ status: 200, isFinal: false })
    fake.current.answerNext(() => Response.json({ success: false, errors: [null, 'odd', { code: {} }] }))
    await expect(purge()).rejects.toMatchObject({ status: 200, isFinal: false })
  })

  it('takes other limits, where the account has them', () => {
    const limits = { groupsARequest: 30, urlsARequest: 500, groupsAResponse: 2, groupLength: 64 }
    const purger = cloudflare({ ...RIGHT, limits })
    expect(purger.mostNames).toEqual({ groups: 29, urls: 500 })
    expect(purger.fields?.(['a', 'b', 'c'])).toEqual({ 'Cache-Tag': COARSE_GROUP })
    expect(purger.fields?.(['x'.repeat(64)])).toEqual({ 'Cache-Tag': 'x'.repeat(64) })
  })

  it.each([
    [{ zone: 'shop.example' }, '`zone` is a text of 12 characters.'],
    [{ zone: undefined }, '`zone` is undefined.'],
    [{ token: '' }, '`token` is empty.'],
    [{ token: undefined }, '`token` is undefined.'],
    [{ token: 'line\nbreak' }, '`token` holds a space, a line break'],
    [{ plan: 'gold' }, '`plan` is "gold".'],
    [{ rate: { perSecond: 0, burst: 1 } }, '`rate` is an object.'],
    [{ rate: { perSecond: 1, burst: 0 } }, '`rate` is an object.'],
    [{ endpoint: 'http://api.cloudflare.com' }, "`endpoint` can't be used."],
    [{ endpoint: 'https://me:hidden@proxy.example' }, "`endpoint` can't be used."],
    [{ limits: { groupsARequest: 1 } }, '`limits.groupsARequest` is 1.'],
    [{ limits: { fieldBytes: 32_768 } }, '`limits.fieldBytes` is 32768.'],
    [{ limits: { tags: 3 } }, '`limits` of `cloudflare` has no option `tags`.'],
    [{ tokn: 'x' }, '`cloudflare` has no option `tokn`. Did you mean `token`?'],
  ])('refuses options that can only be a mistake: %j', (wrong, message) => {
    const make = (): unknown => cloudflare({ ...RIGHT, ...wrong } as CloudflareOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'option-invalid' }) as Error)
    expect(make).toThrow(message)
  })

  it.each(['line\nbreak', 'a token with spaces'])('never shows a token that is refused: %j', (token) => {
    const shown = (zone: string, token: string): string => {
      try {
        cloudflare({ zone, token })
        return 'taken'
      } catch (error) {
        return String(error)
      }
    }
    expect(shown(ZONE, token)).not.toContain(token)
    // In the wrong place.
    expect(shown(CLOUDFLARE_TOKEN, ZONE)).not.toContain(CLOUDFLARE_TOKEN)
  })
})
