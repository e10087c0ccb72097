import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { property } from '../test/support/property.ts'
import { readDirectives } from './directives.ts'
import type { Exchange } from './exchange.ts'
import { explain } from './explain.ts'
import { assess } from './freshness.ts'
import { decideReuse } from './reuse.ts'
import { decideStore } from './storability.ts'
import { readTargetedDirectives } from './targeted.ts'

const AT = Date.UTC(2026, 0, 1)
const DATE = new Date(AT).toUTCString()
const HOUR_BEFORE = new Date(AT - 3_600_000).toUTCString()

const directive = fc.oneof(
  fc.constantFrom(
    'no-store',
    'no-cache',
    'private',
    'public',
    'must-revalidate',
    'proxy-revalidate',
    'must-understand',
    'only-if-cached',
    'max-stale',
  ),
  fc
    .tuple(
      fc.constantFrom(
        'max-age',
        's-maxage',
        'stale-while-revalidate',
        'stale-if-error',
        'max-stale',
        'min-fresh',
      ),
      fc.constantFrom(0, 1, 5, 60, 100),
    )
    .map(([name, seconds]) => `${name}=${seconds}`),
)
const directives = fc.array(directive, { maxLength: 5 }).map((parts) => parts.join(', '))
const fields = (names: Record<string, fc.Arbitrary<string>>) => fc.record(names, { requiredKeys: [] })
const exchanges: fc.Arbitrary<Exchange> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'get'),
    request: fields({
      'cache-control': directives,
      pragma: fc.constant('no-cache'),
      cookie: fc.constant('a=b'),
      authorization: fc.constant('x'),
      range: fc.constantFrom('bytes=0-1', 'bytes=99-'),
      'if-none-match': fc.constantFrom('*', '"v1"', 'W/"v1"'),
    }),
    status: fc.constantFrom(200, 200, 200, 206, 304, 404, 500, 503),
    headers: fields({
      'cache-control': directives,
      'cdn-cache-control': fc.oneof(directives, fc.constant('max-age=100, stale-while-revalidate=5')),
      expires: fc.constantFrom('0', DATE, new Date(AT + 30_000).toUTCString()),
      date: fc.constantFrom(DATE, new Date(AT - 10_500).toUTCString()),
      'last-modified': fc.constant(HOUR_BEFORE),
      age: fc.constantFrom('0', '7', '1000'),
      vary: fc.constantFrom('*', 'Accept'),
      'set-cookie': fc.constant('a=b'),
      etag: fc.constant('"v1"'),
      'content-length': fc.constant('10'),
    }),
    cacheType: fc.constantFrom<Exchange['cacheType']>('private', 'shared'),
    profile: fc.constantFrom('safe' as const, 'rfc9111' as const),
    afterSeconds: fc.integer({ min: 0, max: 250 }),
  })
  .map(({ method, request, status, headers, cacheType, profile, afterSeconds }) => ({
    request: {
      method,
      url: 'https://shop.example/',
      headers: new Headers(request as Record<string, string>),
    },
    response: {
      status,
      headers: new Headers(headers as Record<string, string>),
      requestTimeMs: AT - 300,
      responseTimeMs: AT,
    },
    cacheType,
    profile,
    nowMs: AT + afterSeconds * 1_000,
  }))

/** What a cache itself would ask. */
function ask(exchange: Exchange) {
  const { request, response, cacheType } = exchange
  const directives =
    cacheType === 'shared' ? readTargetedDirectives(response.headers) : readDirectives(response.headers)
  const profile = exchange.profile ?? 'safe'
  const stored = assess(response, cacheType, directives)
  return {
    store: decideStore({
      method: request.method,
      requestHeaders: request.headers,
      status: response.status,
      headers: response.headers,
      cacheType,
      directives,
      profile,
    }),
    reuseAt: (nowMs: number, requestHeaders = request.headers) =>
      decideReuse({ requestHeaders, stored, nowMs, cacheType, profile }),
  }
}

describe('an explanation never disagrees with the cache:', () => {
  property(
    'the verdict is what was decided, and its rules stand among the steps',
    [exchanges],
    (exchange) => {
      const { verdict, steps, nowMs } = explain(exchange)
      const { store, reuseAt } = ask(exchange)
      const rules = steps.map(({ rule }) => rule)
      expect(rules).toContain(store.rule)
      expect(verdict.kind === 'stored').toBe(store.store)
      if (verdict.kind === 'not-stored') expect(verdict.rule).toBe(store.rule)
      if (verdict.kind !== 'stored') return
      expect(verdict.reuse).toEqual(reuseAt(nowMs))
      expect(rules).toContain(verdict.reuse.rule)
      const isAlwaysValidated = verdict.reuse.rule === 'reuse-no-cache'
      expect(rules.includes(`lifetime-${verdict.lifetime.source}`)).toBe(!isAlwaysValidated)
    },
  )

  property(
    'up to its last moment the timeline holds for whoever asks for nothing more, and not a second longer',
    [exchanges],
    (exchange) => {
      const { verdict } = explain(exchange)
      if (verdict.kind !== 'stored') return
      const at = (ms: number) => ask(exchange).reuseAt(ms, new Headers())
      const { freshUntilMs, staleWhileRevalidateUntilMs, staleIfErrorUntilMs } = verdict.timeline
      const { responseTimeMs } = exchange.response
      for (let ms = responseTimeMs; ms < responseTimeMs + 250_000; ms += 500) {
        const decision = at(ms)
        const isFresh = decision.kind === 'fresh'
        const isRenewed = decision.kind === 'stale-while-revalidate'
        const forErrors = decision.kind === 'revalidate' && decision.staleIfError
        expect(isFresh).toBe(freshUntilMs !== undefined && ms < freshUntilMs)
        const renewedMs = staleWhileRevalidateUntilMs ?? 0
        if (isRenewed) expect(ms).toBeLessThan(renewedMs + 1_000)
        else if (!isFresh) expect(ms).toBeGreaterThan(renewedMs)
        if (forErrors) expect(ms).toBeLessThan((staleIfErrorUntilMs ?? 0) + 1_000)
        else if (!isFresh && !isRenewed) expect(ms).toBeGreaterThan(staleIfErrorUntilMs ?? 0)
      }
    },
  )
})
