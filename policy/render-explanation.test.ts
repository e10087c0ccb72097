import { describe, expect, it } from 'vitest'
import { explain } from './explain.ts'
import { renderExplanation } from './render-explanation.ts'

const AT = Date.UTC(2026, 0, 1)

function render(
  headers: Record<string, string>,
  afterSeconds = 0,
  request: Record<string, string> = {},
  method = 'GET',
) {
  const exchange = {
    request: { method, url: 'https://shop.example/', headers: new Headers(request) },
    response: {
      status: 200,
      headers: { get: (name: string) => headers[name] },
      requestTimeMs: AT,
      responseTimeMs: AT,
    },
    cacheType: 'private',
    nowMs: AT + afterSeconds * 1_000,
  } as const
  return renderExplanation(explain(exchange), 'A browser')
}

describe('a rendered explanation', () => {
  it('says by itself whose cache it is', () => {
    const exchange = {
      request: { method: 'GET', url: 'https://shop.example/', headers: new Headers() },
      response: {
        status: 200,
        headers: new Headers({ 'cache-control': 'no-store' }),
        requestTimeMs: AT,
        responseTimeMs: AT,
      },
    }
    const begins = (cacheType: 'private' | 'shared') =>
      renderExplanation(explain({ ...exchange, cacheType })).split('\n')[0]
    expect(begins('private')).toBe('A browser does not store it.')
    expect(begins('shared')).toBe('A shared cache does not store it.')
  })

  it('is the outcome, the steps with their rules, and how long it lasts', () => {
    const headers = {
      'cache-control': 'max-age=60, stale-while-revalidate=60, stale-if-error=86400',
      etag: '"v1"',
      vary: 'Accept-Encoding',
    }
    expect(render(headers)).toMatchInlineSnapshot(`
      "A browser stores it, and answers from it for 60 s without asking.

       1. Cache-Control counts: max-age=60, stale-while-revalidate=60,       directives-cache-control
          stale-if-error=86400.                                              RFC 9111 §5.2
       2. Nothing forbids a private cache to store this 200.                 store-allowed
                                                                             RFC 9111 §3
       3. It answers only requests with the same Accept-Encoding.            vary-match
                                                                             RFC 9111 §4.1
       4. It is fresh for 60 s, by max-age.                                  lifetime-max-age
                                                                             RFC 9111 §5.2.2.1
       5. It is 0 s old, which leaves 60 s.                                  age-current
                                                                             RFC 9111 §4.2.3
       6. The same request is answered from it, without asking the server.   reuse-fresh
                                                                             RFC 9111 §4.2
       7. Once stale, it still answers while a new one is fetched behind     reuse-stale-while-revalidate
          it, until 120 s (2 min) from now: in the service worker, and in    RFC 5861 §3
          browsers that know stale-while-revalidate.
       8. In the service worker it stands in for a 500, 502, 503 or 504, or  reuse-stale-if-error
          for a network that gives no answer, until 86460 s (1 d) from now.  RFC 5861 §4
          A browser's own cache never does that.
       9. The server is asked again with If-None-Match: "v1": if nothing     validate-conditional
          changed, it answers 304, without a body.                           RFC 9111 §4.3.1

          ├─── fresh ───┼─── stale, being renewed ───┼─── for errors, in the worker ───┼─── asks first
          now           +60 s                        +2 min                            +1 d
      "
    `)
  })

  it.each([
    ['no-store', 0, {}, 'A browser does not store it.'],
    ['no-cache', 0, {}, 'A browser stores it, and asks for all of it again before it answers from it.'],
    [
      'max-age=60',
      0,
      { 'cache-control': 'no-cache' },
      'A browser stores it, and asks for all of it again, as the request wants.',
    ],
    [
      'max-age=60',
      70,
      { 'cache-control': 'max-stale' },
      'A browser stores it, and answers from it although it is stale.',
    ],
    [
      'max-age=60, stale-while-revalidate=60',
      70,
      {},
      'A browser stores it, and answers from it while a new one is fetched.',
    ],
    [
      'no-cache',
      0,
      { 'cache-control': 'only-if-cached' },
      'A browser stores it, and answers this request with 504.',
    ],
  ])('of %s after %i s under %j begins: %s', (cacheControl, after, request, line) => {
    expect(
      render({ 'cache-control': cacheControl }, after, request as Record<string, string>).split('\n')[0],
    ).toBe(line)
  })

  it('says when it is worth asking whether it has changed, and that a write lets go', () => {
    expect(render({ 'cache-control': 'no-cache', etag: '"a"' })).toContain(
      'asks whether it has changed before',
    )
    expect(render({}, 0, {}, 'POST')).toMatch(/^A browser lets go of what it has stored\.\n/)
  })

  it('has no bar where no use is left', () => {
    expect(render({ 'cache-control': 'max-age=60' }, 60)).not.toContain('├')
    expect(render({ 'cache-control': 'max-age=60, must-revalidate' })).toMatch(
      /├─── fresh ───┼─── asks first\n {4}now {11}\+60 s\n$/,
    )
  })

  it('stays within 100 columns, whatever the fields hold', () => {
    const long = 'x'.repeat(400)
    const text = render({
      'cache-control': 'max-age=2147483648, stale-while-revalidate=2147483648, stale-if-error=99999999999',
      etag: `"${long}"`,
      vary: Array.from({ length: 60 }, (_, at) => `X-Field-${at}`).join(),
      'cache-groups': `"${long}", "b"`,
      'no-vary-search': `params=("${long}" "b")`,
    })
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('can not rewrite the terminal', () => {
    const text = render({ 'cache-control': 'max-age=60, private="a\u001b[2Jb\u202e"', vary: 'X\u0007\u009b' })
    expect(text).toContain('a\\u{1b}[2jb\\u{202e}')
    expect(text).not.toMatch(/[^\P{C}\n]/u)
  })
})
