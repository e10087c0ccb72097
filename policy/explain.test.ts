import { describe, expect, it } from 'vitest'
import type { Exchange } from './exchange.ts'
import { explain } from './explain.ts'
import { RULES, type RuleId } from './rules.ts'

const AT = Date.UTC(2026, 0, 1)
const DATE = new Date(AT).toUTCString()
const HOUR_BEFORE = new Date(AT - 3_600_000).toUTCString()

interface Case {
  readonly method?: string
  readonly request?: Record<string, string>
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly cacheType?: Exchange['cacheType']
  readonly profile?: 'safe' | 'rfc9111'
  readonly afterSeconds?: number
}

function exchangeOf(given: Case): Exchange {
  const { method = 'GET', status = 200, cacheType = 'shared', afterSeconds = 0 } = given
  return {
    request: { method, url: 'https://shop.example/products/42', headers: new Headers(given.request) },
    response: {
      status,
      headers: new Headers({ date: DATE, ...given.headers }),
      requestTimeMs: AT,
      responseTimeMs: AT,
    },
    cacheType,
    nowMs: AT + afterSeconds * 1_000,
    ...(given.profile === undefined ? {} : { profile: given.profile }),
  }
}

const cc = (cacheControl: string, more: Record<string, string> = {}): Case => ({
  headers: { 'cache-control': cacheControl, ...more },
})
const wants = (cacheControl: string, request: Record<string, string>): Case => ({
  ...cc(cacheControl),
  request,
})

/** One exchange that comes to each rule, and what is said of it. */
const CASES: Readonly<Record<RuleId, readonly [Case, string]>> = {
  'directives-cache-control': [
    cc('max-age=60, public'),
    'Cache-Control counts, since no valid field is meant for this cache alone: public, max-age=60.',
  ],
  'directives-targeted': [
    cc('no-store', { 'cdn-cache-control': 'max-age=300' }),
    'CDN-Cache-Control is meant for this cache and counts alone, in place of Cache-Control and Expires: max-age=300.',
  ],
  'directives-unread': [
    cc('max-age=60; public'),
    '"max-age=60; public" can not be read as it stands, and counts as max-age=0. Commas separate directives: write max-age=60, public.',
  ],
  'directives-unknown': [
    cc('maxage=60'),
    '"maxage=60" is no directive that is known, and is passed over. Write max-age=60.',
  ],
  'directives-targeted-unread': [
    cc('max-age=60', { 'cdn-cache-control': 'max-age: 300' }),
    'CDN-Cache-Control is no dictionary of structured fields, so all of it is passed over. Write max-age=300.',
  ],
  'store-allowed': [
    { ...cc('max-age=60'), status: 404 },
    'Nothing forbids a shared cache to store this 404.',
  ],
  'store-method': [{ method: 'put' }, 'An answer to PUT is not stored; only those to GET are.'],
  'store-status': [{ status: 206 }, 'A 206 is not stored: it is no complete and final response.'],
  'store-request-no-store': [
    wants('max-age=60', { 'cache-control': 'no-store' }),
    'The request says no-store, so its answer is not stored.',
  ],
  'store-no-store': [cc('no-store'), 'Cache-Control says no-store, so nobody stores it.'],
  'store-must-understand': [
    { ...cc('must-understand, no-store, max-age=60'), status: 299 },
    'must-understand leaves it to caches that know what is special about a 299; this one does not.',
  ],
  'store-private': [
    cc('private, max-age=60'),
    'Cache-Control says private: it is for one user, and a shared cache must not store it.',
  ],
  'store-authorization': [
    wants('max-age=60', { authorization: 'Bearer t' }),
    'The request had an Authorization, and nothing says that the answer is for all, as public and s-maxage do.',
  ],
  'store-targeted-silent': [
    cc('private', { 'cdn-cache-control': 'must-revalidate' }),
    'CDN-Cache-Control names no lifetime, so what Cache-Control forbids still counts: a shared cache does not store it.',
  ],
  'store-vary-star': [
    cc('max-age=60', { vary: 'Accept, *' }),
    'Vary is *, so no other request can be known to want the same; it is not stored.',
  ],
  'store-set-cookie': [
    cc('public, max-age=60', { 'set-cookie': 'a=b' }),
    'It sets a cookie, which is meant for one client; a shared cache does not store it.',
  ],
  'store-cookie-request': [
    wants('max-age=60', { cookie: 'a=b' }),
    'The request had a Cookie, and neither public, s-maxage nor the lifetime of a targeted field says that the answer is for all.',
  ],
  'profile-safe': [
    cc('public, max-age=60', { 'set-cookie': 'a=b' }),
    "That is this cache's profile alone: by the letter of RFC 9111 a shared cache may store it, and a CDN on the way may.",
  ],
  'store-no-basis': [
    { status: 500 },
    'Nothing says how long it is fresh, and a 500 is not stored without that.',
  ],
  'lifetime-s-maxage': [cc('max-age=60, s-maxage=300'), 'It is fresh for 300 s (5 min), by s-maxage.'],
  'lifetime-max-age': [cc('max-age=60'), 'It is fresh for 60 s, by max-age.'],
  'lifetime-expires': [
    { headers: { expires: new Date(AT + 90_000).toUTCString() } },
    'It is fresh for 90 s, from its Date to its Expires.',
  ],
  'lifetime-heuristic': [
    { headers: { 'last-modified': HOUR_BEFORE } },
    'Nothing says how long it is fresh. A tenth of its age at its Last-Modified, a day at most, is the guess: 360 s (6 min).',
  ],
  'lifetime-none': [{}, 'Nothing says how long it is fresh, so it is stale at once.'],
  'age-current': [{ ...cc('max-age=60'), afterSeconds: 12 }, 'It is 12 s old, which leaves 48 s.'],
  'reuse-fresh': [cc('max-age=60'), 'The same request is answered from it, without asking the server.'],
  'reuse-no-cache': [cc('no-cache'), 'no-cache: the server is asked before each use.'],
  'reuse-request-no-cache': [
    { ...wants('max-age=60', { pragma: 'no-cache' }), cacheType: 'private' },
    'The request says no-cache, so the server is asked, however fresh this is.',
  ],
  'reuse-request-max-age': [
    {
      ...wants('max-age=60', { 'cache-control': 'max-age=5' }),
      afterSeconds: 10,
      profile: 'rfc9111',
    },
    'The request wants nothing older than 5 s, and this is 10 s old: the server is asked.',
  ],
  'reuse-request-min-fresh': [
    { ...wants('max-age=60', { 'cache-control': 'min-fresh=55' }), afterSeconds: 10, cacheType: 'private' },
    'The request wants 55 s of freshness, and this has 50 s: the server is asked.',
  ],
  'reuse-request-max-stale': [
    { ...wants('max-age=60', { 'cache-control': 'max-stale=20' }), afterSeconds: 70 },
    'The request takes what is stale for up to 20 s: it is answered from the cache.',
  ],
  'reuse-only-if-cached': [
    wants('no-cache', { 'cache-control': 'only-if-cached' }),
    'The request wants a stored response or none, and this one would have to be validated: 504.',
  ],
  'reuse-stale': [
    { ...cc('max-age=60'), afterSeconds: 61 },
    'It is stale, so the server is asked before it is used.',
  ],
  'reuse-stale-while-revalidate': [
    cc('max-age=60, stale-while-revalidate=240'),
    'Once stale, it still answers while a new one is fetched behind it, until 300 s (5 min) from now.',
  ],
  'reuse-must-revalidate': [
    { ...cc('max-age=60, must-revalidate'), afterSeconds: 60 },
    'must-revalidate, proxy-revalidate or s-maxage forbids a stale answer: the server is asked first.',
  ],
  'reuse-not-modified': [
    wants('max-age=60', { 'if-none-match': '*' }),
    'The request shows that the client has it already: it is answered with a 304 and no body.',
  ],
  'reuse-stale-if-error': [
    { ...cc('max-age=60, stale-if-error=86400'), afterSeconds: 30 },
    'It stands in for a 500, 502, 503 or 504 of the server until 86430 s (1 d) from now.',
  ],
  'reuse-stale-if-disconnected': [
    cc('max-age=60'),
    'While the server can not be reached at all, it may answer however stale it is.',
  ],
  'range-whole': [
    { ...cc('max-age=60', { 'content-length': '10' }), request: { range: 'lines=1-2' } },
    'The Range can or must be passed over: the whole is sent, with a 200.',
  ],
  'range-part': [
    { ...cc('max-age=60', { 'content-length': '10' }), request: { range: 'bytes=2-' } },
    'A part is cut out of it, with a 206, bytes 2-9/10.',
  ],
  'range-unsatisfiable': [
    { ...cc('max-age=60', { 'content-length': '10' }), request: { range: 'bytes=10-' } },
    'It has no such part: 416, bytes */10.',
  ],
  'vary-match': [
    cc('max-age=60', { vary: 'Cookie, Accept' }),
    'It answers only requests with the same Accept, Cookie.',
  ],
  'search-rule': [
    cc('max-age=60', { 'no-vary-search': 'key-order, params=("utm_source" "ref")' }),
    'In the query "utm_source", "ref" make no difference, and neither does the order of keys.',
  ],
  'search-obsolete-syntax': [
    cc('max-age=60', { 'no-vary-search': 'params' }),
    'No-Vary-Search is written in the old way, with params as a boolean: now it is params=("a"), or except=().',
  ],
  'groups-member': [
    cc('max-age=60', { 'cache-groups': '"product-42", "fruit"' }),
    'Whoever invalidates "product-42", "fruit" at this origin lets go of it.',
  ],
  'validate-conditional': [
    cc('max-age=60', { etag: '"v1"', 'last-modified': HOUR_BEFORE }),
    `The server is asked again with If-None-Match: "v1" and If-Modified-Since: ${HOUR_BEFORE}: if nothing changed, it answers 304, without a body.`,
  ],
  'validate-in-full': [
    cc('max-age=60'),
    'It has no validator: when the server is asked again, it sends all of it.',
  ],
  'update-not-modified': [
    { ...cc('max-age=60'), status: 304 },
    'It makes the stored response that was validated fresh again, with the fields that it carries.',
  ],
  'update-head': [
    { method: 'HEAD' },
    'Where a GET is stored, its fields are brought up to date if a validator says that it is the same, and it is let go of if one says that it has changed.',
  ],
  'invalidate-unsafe': [
    { method: 'POST', status: 201, headers: { location: '/products/43' } },
    'POST is no safe method and a 201 no error, so what is stored is let go of: ' +
      'https://shop.example/products/42, https://shop.example/products/43.',
  ],
  'invalidate-error-status': [
    { method: 'DELETE', status: 500 },
    'A 500 is an error: what is stored of the URL stays.',
  ],
  'invalidate-safe-method': [{ method: 'OPTIONS' }, 'OPTIONS is a safe method, which makes nothing invalid.'],
  'invalidate-groups': [
    { method: 'PATCH', status: 500, headers: { 'cache-group-invalidation': '"fruit"' } },
    'What is stored of this origin in "fruit" is let go of.',
  ],
}

describe('an explanation', () => {
  it.each(Object.keys(RULES) as RuleId[])('comes to %s, and says so in a sentence', (rule) => {
    const [given, text] = CASES[rule]
    const { steps } = explain(exchangeOf(given))
    const found = steps.find((step) => step.rule === rule)
    expect(found?.text).toBe(text)
    expect(RULES[rule].startsWith(found?.section ?? 'nothing')).toBe(true)
    expect(found?.section).toMatch(/^(RFC \d{4} §[\d.]+|profile `safe`|No-Vary-Search draft 5 §5)$/)
  })

  it.each<[Case, string]>([
    [{ ...cc('max-age=60'), cacheType: 'private' }, 'Cache-Control counts: max-age=60.'],
    [{ ...cc('', {}), cacheType: 'private' }, 'There is no Cache-Control that says anything.'],
    [
      cc('max-age=1', { 'cdn-cache-control': 'x=1' }),
      'CDN-Cache-Control is meant for this cache and counts alone, in place of Cache-Control and Expires: nothing known.',
    ],
    [
      cc('', { 'cdn-cache-control': 'max-age=60;public' }),
      '"max-age=60;public" has a value or a parameter that the directive does not take, and counts as max-age=60. Commas separate directives: write max-age=60, public.',
    ],
    [
      cc('', { 'cdn-cache-control': 'max-age=60, no-stor' }),
      '"no-stor" is no directive that is known, and is passed over. Write no-store.',
    ],
    [cc('"public", x'), '""public"" can not be read as it stands, and is passed over. Write public.'],
    [
      wants('max-age=60', { 'cache-control': 'no-cache' }),
      'A shared cache that goes by the letter of RFC 9111 does otherwise. The request says no-cache, so the server is asked, however fresh this is.',
    ],
    [
      cc('s-maxage=60, stale-if-error=60'),
      'A shared cache that goes by the letter of RFC 9111 gives no stale answer beside s-maxage.',
    ],
    [
      { ...cc('max-age=60, stale-while-revalidate=60'), cacheType: 'private' },
      'Once stale, it still answers while a new one is fetched behind it, until 120 s (2 min) from now: in the service worker, and in browsers that know stale-while-revalidate.',
    ],
    [
      { ...cc('max-age=60, stale-if-error=60'), cacheType: 'private' },
      "In the service worker it stands in for a 500, 502, 503 or 504, or for a network that gives no answer, until 120 s (2 min) from now. A browser's own cache never does that.",
    ],
    [{ headers: { expires: '0' } }, 'Its Expires is no date, or no later than its Date: it was never fresh.'],
    [{ ...cc('max-age=60'), afterSeconds: 60 }, 'It is 60 s old: stale from now on.'],
    [{ ...cc('max-age=60'), afterSeconds: 3_660 }, 'It is 3660 s (1 h 1 min) old: stale for 3600 s (1 h).'],
    [
      { ...wants('max-age=60', { 'cache-control': 'max-stale' }), afterSeconds: 99 },
      'The request takes it however stale: it is answered from the cache.',
    ],
    [
      { ...cc('max-age=60, stale-while-revalidate=60'), afterSeconds: 90 },
      'It still answers while a new one is fetched behind it, until 30 s from now.',
    ],
    [{ ...cc('max-age=9', { 'no-vary-search': 'params=' }) }, 'The query counts as it stands.'],
    [
      { ...cc('max-age=9', { 'no-vary-search': 'key-order' }) },
      'The order of keys in the query makes no difference.',
    ],
    [{ ...cc('max-age=9', { 'no-vary-search': 'except=()' }) }, 'The query makes no difference.'],
    [
      { ...cc('max-age=9', { 'no-vary-search': 'except=("id")' }) },
      'In the query nothing but "id" makes a difference.',
    ],
  ])('of %j says: %s', (given, text) => {
    expect(explain(exchangeOf(given)).steps.map((step) => step.text)).toContain(text)
  })

  it('goes from what counts to what is left when the server fails', () => {
    const headers = {
      'cache-control': 'public, max-age=60, stale-while-revalidate=60, stale-if-error=86400',
      vary: 'Accept-Encoding',
      'cache-groups': '"a"',
      etag: '"v1"',
    }
    const { steps, verdict } = explain(exchangeOf({ headers }))
    expect(steps.map(({ rule }) => rule)).toEqual([
      'directives-cache-control',
      'store-allowed',
      'vary-match',
      'groups-member',
      'lifetime-max-age',
      'age-current',
      'reuse-fresh',
      'reuse-stale-while-revalidate',
      'reuse-stale-if-error',
      'reuse-stale-if-disconnected',
      'validate-conditional',
    ])
    expect(verdict).toMatchObject({
      kind: 'stored',
      lifetime: { seconds: 60, source: 'max-age' },
      reuse: { kind: 'fresh', ttl: 60 },
      timeline: {
        freshUntilMs: AT + 60_000,
        staleWhileRevalidateUntilMs: AT + 120_000,
        staleIfErrorUntilMs: AT + 86_460_000,
        staleIfDisconnected: true,
      },
      validators: { 'If-None-Match': '"v1"' },
      vary: ['accept-encoding'],
      groups: ['a'],
    })
  })

  it('does not let a private cache obey what is meant for a CDN', () => {
    const given = cc('no-store', { 'cdn-cache-control': 'max-age=300' })
    expect(explain(exchangeOf({ ...given, cacheType: 'private' })).verdict).toEqual({
      kind: 'not-stored',
      rule: 'store-no-store',
    })
  })

  it('of a write names what is let go of, and of a failed one nothing', () => {
    expect(explain(exchangeOf({ method: 'POST' })).verdict).toEqual({
      kind: 'invalidates',
      rule: 'invalidate-unsafe',
      urls: ['https://shop.example/products/42'],
      groups: [],
    })
    expect(explain(exchangeOf({ method: 'POST', status: 404 })).verdict.kind).toBe('not-stored')
  })

  it('cuts what is long, so that no header fills a screen', () => {
    const many = Array.from({ length: 500 }, (_, at) => `"group-${at}"`).join(', ')
    const { steps } = explain(
      exchangeOf(cc('max-age=60', { 'cache-groups': many, etag: `"${'x'.repeat(9_000)}"` })),
    )
    expect(Math.max(...steps.map(({ text }) => text.length))).toBeLessThan(250)
  })

  it('does not promise that a private cache answers when the network is gone', () => {
    const { steps } = explain(exchangeOf({ ...cc('max-age=60'), cacheType: 'private' }))
    expect(steps.map(({ rule }) => rule)).not.toContain('reuse-stale-if-disconnected')
  })

  it('speaks of the letter of the RFC only where that makes a difference', () => {
    const rulesOf = (given: Case) => explain(exchangeOf(given)).steps.map(({ rule }) => rule)
    const cookie = { 'set-cookie': 'a=b' }
    expect(rulesOf(cc('no-store', cookie))).not.toContain('profile-safe')
    expect(rulesOf({ ...cc('max-age=60', cookie), profile: 'rfc9111' })).not.toContain('profile-safe')
    expect(rulesOf({ ...cc('max-age=60', cookie), cacheType: 'private' })).not.toContain('profile-safe')
  })
})
