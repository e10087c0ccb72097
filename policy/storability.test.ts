import { expect, it } from 'vitest'
import { PROFILES } from './profile.ts'
import { type StoreQuestion, decideStore } from './storability.ts'
import { readTargetedDirectives } from './targeted.ts'

type Case = Partial<Omit<StoreQuestion, 'headers' | 'requestHeaders'>> & {
  headers?: Record<string, string>
  requestHeaders?: Record<string, string>
}

const targeted = (field: string, cacheControl?: string) => {
  const headers = { 'cdn-cache-control': field, ...(cacheControl && { 'cache-control': cacheControl }) }
  return { headers, directives: readTargetedDirectives(new Headers(headers)) }
}

const decide = ({ headers, requestHeaders, ...rest }: Case) =>
  decideStore({
    method: 'GET',
    status: 200,
    cacheType: 'shared',
    ...rest,
    headers: new Headers(headers),
    requestHeaders: new Headers(requestHeaders),
  })

it.each<[string, Case]>([
  ['explicit freshness', { headers: { 'cache-control': 'max-age=1' } }],
  ['a status that is heuristically cacheable', { status: 404 }],
  ['another status with explicit freshness', { status: 201, headers: { 'cache-control': 'max-age=1' } }],
  [
    'a private response, in a private cache',
    { cacheType: 'private', headers: { 'cache-control': 'private' } },
  ],
  [
    '§3.5: an authorized response marked public',
    { requestHeaders: { authorization: 'x' }, headers: { 'cache-control': 'public' } },
  ],
  [
    '§3.5: an authorized response, in a private cache',
    { cacheType: 'private', requestHeaders: { authorization: 'x' } },
  ],
  [
    '§5.2.2.3: must-understand beside no-store, for a status it knows',
    { headers: { 'cache-control': 'no-store, must-understand, max-age=1' } },
  ],
  [
    '§3.5: an authorized response with s-maxage',
    { requestHeaders: { authorization: 'x' }, headers: { 'cache-control': 's-maxage=1' } },
  ],
  [
    '§3.5: an authorized response that must be revalidated, by the letter of the RFC',
    {
      profile: 'rfc9111',
      requestHeaders: { authorization: 'x' },
      headers: { 'cache-control': 'must-revalidate' },
    },
  ],
  [
    '§3.5: an authorized response that must be revalidated, where that option of a profile is on',
    {
      profile: { ...PROFILES.safe, storesForAuthorization: true },
      requestHeaders: { authorization: 'x' },
      headers: { 'cache-control': 'must-revalidate' },
    },
  ],
  [
    '§3.5: an authorized response that a targeted field calls public',
    { requestHeaders: { authorization: 'x' }, ...targeted('public') },
  ],
  ...(['no-store', 'private', 'no-cache'] as const).flatMap((said): [string, Case][] => [
    [`what is ${said} elsewhere, where a targeted field names a lifetime`, targeted('max-age=1', said)],
    [
      `what is ${said} elsewhere, where a targeted field names one for shared caches`,
      targeted('s-maxage=1', said),
    ],
    [
      `what is ${said} elsewhere, where a targeted field says anything, by the letter of the RFC`,
      { profile: 'rfc9111', ...targeted('foo', said) },
    ],
  ]),
  [
    'what has a targeted field without a lifetime, and a Cache-Control that forbids nothing',
    targeted('must-revalidate', 'max-age=60'),
  ],
  [
    'what a Cookie brought, where a targeted field calls it public',
    { requestHeaders: { cookie: 'a=1' }, ...targeted('public') },
  ],
  ['another status that is public', { status: 201, headers: { 'cache-control': 'public' } }],
  ['another status with Expires', { status: 201, headers: { expires: '0' } }],
  ['another status with s-maxage', { status: 201, headers: { 'cache-control': 's-maxage=1' } }],
  ['the last status of all', { status: 599, headers: { 'cache-control': 'max-age=1' } }],
  ['a method in lower case', { method: 'get' }],
  ['a cookie, by the letter of the RFC', { profile: 'rfc9111', headers: { 'set-cookie': 'a=1' } }],
  ['a cookie, in the cache of its user', { cacheType: 'private', headers: { 'set-cookie': 'a=1' } }],
  [
    'what a Cookie brought, by the letter of the RFC',
    { profile: 'rfc9111', requestHeaders: { cookie: 'a=1' } },
  ],
  [
    'what a Cookie brought, in the cache of its user',
    { cacheType: 'private', requestHeaders: { cookie: 'a=1' } },
  ],
  [
    'what a Cookie brought, where the response is public',
    { requestHeaders: { cookie: 'a=1' }, headers: { 'cache-control': 'public' } },
  ],
  [
    'what a Cookie brought, where s-maxage says that many share it',
    { requestHeaders: { cookie: 'a=1' }, headers: { 'cache-control': 's-maxage=1' } },
  ],
  [
    'what a Cookie brought, where a field meant for shared caches speaks',
    { requestHeaders: { cookie: 'a=1' }, ...targeted('max-age=1') },
  ],
  [
    "a cookie, where that option of a profile of one's own is on",
    { profile: { ...PROFILES.safe, storesSetCookie: true }, headers: { 'set-cookie': 'a=1' } },
  ],
])('stores %s', (_, question) => {
  expect(decide(question)).toEqual({ store: true, rule: 'store-allowed' })
})

it.each<[string, Case, string]>([
  ['another method', { method: 'POST' }, 'store-method'],
  ['an interim response', { status: 103, headers: { 'cache-control': 'max-age=1' } }, 'store-status'],
  [
    'what answers a range past the end',
    { status: 416, headers: { 'cache-control': 'max-age=1' } },
    'store-status',
  ],
  ['what is no status', { status: 600, headers: { 'cache-control': 'max-age=1' } }, 'store-status'],
  ['a 304', { status: 304, headers: { 'cache-control': 'max-age=1' } }, 'store-status'],
  ['partial content', { status: 206, headers: { 'cache-control': 'max-age=1' } }, 'store-status'],
  ['§5.2.2.5: no-store', { headers: { 'cache-control': 'no-store, max-age=1' } }, 'store-no-store'],
  [
    '§5.2.1.5: a request with no-store',
    { requestHeaders: { 'cache-control': 'no-store' } },
    'store-request-no-store',
  ],
  [
    '§5.2.2.7: private, in a shared cache',
    { headers: { 'cache-control': 'private, max-age=1' } },
    'store-private',
  ],
  [
    '§3.5: an authorized response, in a shared cache',
    { requestHeaders: { authorization: 'x' } },
    'store-authorization',
  ],
  ['§4.1: Vary: *', { headers: { vary: 'accept, *' } }, 'store-vary-star'],
  [
    'a cookie, to be safe',
    { headers: { 'set-cookie': 'a=1', 'cache-control': 'max-age=1' } },
    'store-set-cookie',
  ],
  [
    'what a Cookie brought, to be safe, even with a lifetime',
    { requestHeaders: { cookie: 'a=1' }, headers: { 'cache-control': 'max-age=1' } },
    'store-cookie-request',
  ],
  [
    'what a Cookie brought, to be safe, where a targeted field names no lifetime',
    { requestHeaders: { cookie: 'a=1' }, ...targeted('stale-if-error=60') },
    'store-cookie-request',
  ],
  [
    'an authorized response that must be revalidated, to be safe',
    {
      requestHeaders: { authorization: 'x' },
      headers: { 'cache-control': 'max-age=60, must-revalidate' },
    },
    'store-authorization',
  ],
  [
    '§3.5: an authorized response with no more than a lifetime, by the letter of the RFC too',
    {
      profile: 'rfc9111',
      requestHeaders: { authorization: 'x' },
      headers: { 'cache-control': 'max-age=60' },
    },
    'store-authorization',
  ],
  ...['no-store', 'private', 'private="x"', 'no-cache', 'private, no-store'].map(
    (said): [string, Case, string] => [
      `what is ${said} elsewhere, to be safe, where a targeted field names no lifetime`,
      targeted('public, must-revalidate', said),
      'store-targeted-silent',
    ],
  ),
  ['a status with nothing to go by', { status: 201 }, 'store-no-basis'],
  [
    'another status with s-maxage, in a private cache',
    { cacheType: 'private', status: 201, headers: { 'cache-control': 's-maxage=1' } },
    'store-no-basis',
  ],
  [
    'RFC 9213 §2.2: another status with Expires beside a targeted field',
    {
      status: 201,
      headers: { expires: '0' },
      directives: targeted('no-transform').directives,
    },
    'store-no-basis',
  ],
  [
    '§5.2.2.3: must-understand with a status it does not know',
    { status: 299, headers: { 'cache-control': 'must-understand, max-age=1' } },
    'store-must-understand',
  ],
])('does not store %s', (_, question, rule) => {
  expect(decide(question)).toEqual({ store: false, rule })
})
