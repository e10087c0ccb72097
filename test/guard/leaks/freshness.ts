import { type Leak, differBy } from './leak.ts'

const ways: readonly [string, Readonly<Record<string, string>>][] = [
  ['cdn-cache-control', { 'CDN-Cache-Control': 'max-age=60' }],
  ['cdn-beside-private', { 'Cache-Control': 'private', 'CDN-Cache-Control': 'max-age=60' }],
  ['vendor-cdn-cache-control', { 'Cache-Control': 'no-store', 'Cloudflare-CDN-Cache-Control': 'max-age=9' }],
  ['surrogate-control', { 'Cache-Control': 'no-cache', 'Surrogate-Control': 'max-age=60' }],
  ['s-maxage', { 'Cache-Control': 'max-age=0, s-maxage=60' }],
  ['max-age', { 'Cache-Control': 'max-age=60' }],
  ['immutable', { 'Cache-Control': 'public, max-age=31536000, immutable' }],
  ['bare-public', { 'Cache-Control': 'public' }],
  ['expires', { Expires: new Date(Date.now() + 86_400_000).toUTCString() }],
  ['stale-while-revalidate', { 'Cache-Control': 'max-age=0, stale-while-revalidate=60' }],
  ['stale-if-error', { 'Cache-Control': 'max-age=0, stale-if-error=60' }],
  ['other-vary', { 'Cache-Control': 'max-age=60', Vary: 'Accept-Encoding, Origin' }],
]

/** What makes an answer one that others may get. */
export const freshnessLeaks: readonly Leak[] = ways.map(([id, fields]) => ({
  id: 'freshness',
  input: 'header:accept-language',
  visitors: differBy('accept-language'),
  path: `/${id}`,
  install(app) {
    app.get('/:way', (request, response) => {
      const language = request.headers['accept-language'] // leak: freshness
      response.set(fields).json({ language })
    })
  },
}))
