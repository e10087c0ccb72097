import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EdgeFailure, type EdgePurger, type PurgeRequest } from '../../../server/edges/edge-purger.ts'
import { COARSE_GROUP } from '../../../server/edges/group-budget.ts'
import { SEED } from '../property.ts'
import type { FakeVendor } from './fake-vendor.ts'

export interface VendorUnderTest<Fake extends FakeVendor> {
  readonly fake: () => Fake
  /** With what the fake vendor takes for right. */
  readonly purger: () => EdgePurger
  /** The same with a wrong secret. */
  readonly stranger: () => EdgePurger
  /** All that must not be seen anywhere. */
  readonly secrets: readonly string[]
  /** The vendor's own kind of error, with a text of its own. */
  readonly quoting: (text: string) => Response
}

const SHOP = 'https://shop.example'
const never = new AbortController().signal
const group = fc.stringMatching(/^[a-z0-9][a-z0-9._~-]{0,127}$/)

/** What every purger of a vendor does, whoever the vendor is. Gives the fake of the test that runs. */
export function describePurger<Fake extends FakeVendor>(
  vendor: VendorUnderTest<Fake>,
): { readonly current: Fake } {
  const server = setupServer()
  let fake = vendor.fake()
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
  beforeEach(() => {
    fake = vendor.fake()
    server.use(...fake.handlers)
  })
  afterEach(() => server.resetHandlers())
  afterAll(() => server.close())

  const hold = (path: string, ...groups: string[]): string => {
    fake.hold(SHOP + path, vendor.purger().fields?.(groups))
    return SHOP + path
  }
  const after = (mode: PurgeRequest['mode']): string =>
    mode === 'expire' && vendor.purger().abilities.expire ? 'stale' : 'gone'

  describe.each(['delete', 'expire'] as const)('a purge in mode %s', (mode) => {
    it('of groups reaches their responses, and no others', async () => {
      const [one, two, other] = [
        hold('/1', 'product-42'),
        hold('/2', 'a', 'category-7'),
        hold('/3', 'product-4'),
      ]
      await vendor.purger().purge({ kind: 'groups', names: ['product-42', 'category-7'], mode }, never)
      expect([one, two, other].map((url) => fake.stateOf(url))).toEqual([after(mode), after(mode), 'fresh'])
    })

    it('of URLs reaches these, and no others', async () => {
      const urls = [hold('/a?x=1&y=%C3%A4'), hold("/it's/~me/(1)"), hold('/a?x=1'), hold('/')]
      const names = urls.slice(0, vendor.purger().mostNames.urls)
      await vendor.purger().purge({ kind: 'urls', names: names.slice(0, 2), mode }, never)
      expect(urls.slice(names.length > 1 ? 2 : 1).map((url) => fake.stateOf(url))).not.toContain('gone')
      expect(names.slice(0, 2).map((url) => fake.stateOf(url))).not.toContain('fresh')
    })

    it('of everything leaves nothing fresh', async () => {
      const urls = [hold('/1', 'a'), hold('/2')]
      await vendor.purger().purge({ kind: 'everything', names: [], mode }, never)
      expect(urls.map((url) => fake.stateOf(url))).not.toContain('fresh')
    })
  })

  it('never leaves a response fresh whose group was purged, however many groups and however long', async () => {
    const groups = fc.uniqueArray(group, { minLength: 1, maxLength: 150 })
    const property = fc.asyncProperty(groups, fc.nat(), group, async (groups, at, stranger) => {
      const tagged = hold('/tagged', ...groups)
      const purged = groups[at % groups.length] ?? ''
      await vendor.purger().purge({ kind: 'groups', names: [stranger, purged], mode: 'delete' }, never)
      expect(fake.stateOf(tagged)).toBe('gone')
    })
    await fc.assert(property, { numRuns: 60, seed: SEED })
  })

  it('gives a group the same name in the field and in the purge, unless the field is full', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(group, { minLength: 1, maxLength: 8 }),
      async (groups) => {
        const purger = vendor.purger()
        const tokens = Object.values(purger.fields?.(groups) ?? {})
          .join(' ')
          .split(/[ ,]+/)
        await purger.purge({ kind: 'groups', names: groups, mode: 'delete' }, never)
        const sent = fake.calls.at(-1)?.body ?? ''
        for (const token of tokens) expect(sent).toContain(token)
        expect(sent).toContain(COARSE_GROUP)
      },
    )
    await fc.assert(property, { numRuns: 60, seed: SEED })
  })

  it('takes as many names at once as it says', async () => {
    const { mostNames } = vendor.purger()
    const groups = Array.from({ length: mostNames.groups }, (_, i) => `category-${i}-${'x'.repeat(i % 100)}`)
    const urls = Array.from(
      { length: mostNames.urls },
      (_, i) => `${SHOP}/api/products/${i}?q=${'x'.repeat(i % 100)}`,
    )
    await vendor.purger().purge({ kind: 'groups', names: groups, mode: 'delete' }, never)
    await vendor.purger().purge({ kind: 'urls', names: urls, mode: 'delete' }, never)
    expect(fake.calls.length).toBeGreaterThanOrEqual(2)
  })

  const failureOf = async (purger = vendor.purger(), signal = never): Promise<EdgeFailure> => {
    const error: unknown = await purger
      .purge({ kind: 'groups', names: ['a'], mode: 'delete' }, signal)
      .then(() => undefined)
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(EdgeFailure)
    return error as EdgeFailure
  }

  it('fails for good with a wrong secret', async () => {
    const failure = await failureOf(vendor.stranger())
    expect(failure).toMatchObject({
      isFinal: true,
      message: expect.stringContaining('Check the credentials') as string,
    })
    expect([401, 403]).toContain(failure.status)
  })

  it('may be asked again where the vendor has had enough for now, and is told when', async () => {
    fake.limitTo(1)
    const purger = vendor.purger()
    await purger.purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    const failure = await failureOf(purger)
    expect(failure.isFinal).toBe(false)
    fake.answerNext(() => new Response('', { status: 429, headers: { 'retry-after': '30' } }))
    expect(await failureOf(purger)).toMatchObject({ status: 429, retryAfterMs: 30_000, isFinal: false })
    const headers = { date: 'Sun, 22 Nov 2026 16:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 16:01:30 GMT' }
    fake.answerNext(() => new Response('', { status: 503, headers }))
    expect(await failureOf(purger)).toMatchObject({ status: 503, retryAfterMs: 90_000, isFinal: false })
  })

  it('may be asked again after a fault of the vendor, and where it is out of reach', async () => {
    fake.answerNext(() => new Response('<html>Bad gateway</html>', { status: 502 }))
    expect(await failureOf()).toMatchObject({ status: 502, isFinal: false, retryAfterMs: undefined })
    fake.answerNext(() => HttpResponse.error())
    expect(await failureOf()).toMatchObject({ status: undefined, isFinal: false })
  })

  it('fails for good where the vendor does not take the request', async () => {
    fake.answerNext(() => new Response('', { status: 400 }))
    expect(await failureOf()).toMatchObject({ status: 400, isFinal: true })
  })

  it('does not follow a redirect, which would carry its secret elsewhere', async () => {
    let strangers = 0
    const stranger = (): Response => {
      strangers += 1
      return new Response('')
    }
    server.use(http.all('https://elsewhere.example/*', stranger))
    const headers = { location: 'https://elsewhere.example/' }
    for (const status of [301, 307, 308]) {
      fake.answerNext(() => new Response(null, { status, headers }))
      expect(await failureOf()).toMatchObject({ status, isFinal: true })
    }
    expect(strangers).toBe(0)
  })

  it('ends with its signal', async () => {
    const reason = new Error('enough')
    await expect(
      vendor.purger().purge({ kind: 'groups', names: ['a'], mode: 'delete' }, AbortSignal.abort(reason)),
    ).rejects.toBe(reason)
    const controller = new AbortController()
    fake.answerNext(() => {
      controller.abort(reason)
      return new Response('')
    })
    await expect(
      vendor.purger().purge({ kind: 'groups', names: ['a'], mode: 'delete' }, controller.signal),
    ).rejects.toBe(reason)
  })

  it('shows no secret, whatever is looked at', async () => {
    const quoted = vendor.secrets.join(' ')
    fake.answerNext(() => vendor.quoting(`You sent ${quoted}\r\nand more ${quoted.repeat(20)}`))
    const failures = [await failureOf(), await failureOf(vendor.stranger())]
    const purger = vendor.purger()
    const seen = [purger, ...failures].map(
      (one) => inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one),
    )
    for (const text of seen) {
      // The beginnings too: a secret may have been cut.
      for (const secret of vendor.secrets) expect(text).not.toContain(secret.slice(0, 12))
    }
    expect(failures[0]?.message).not.toContain('\n')
  })

  return {
    get current() {
      return fake
    },
  }
}
