import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import compression from 'compression'
import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import { type Answer, WAYS, type Way, serveCached } from '../../test/support/cached-app.ts'

const TEXT = 'thermocline '.repeat(500)
const TAG = '"strong"'

const pages = (app: Express): void => {
  app.get('/strong', (_, response) => {
    response.set({ 'Cache-Control': 'public, max-age=60', ETag: TAG }).type('text').send(TEXT)
  })
  app.get('/weak', (_, response) => {
    response.set('Cache-Control', 'public, max-age=60').type('text').send(TEXT)
  })
  app.get('/streamed', (_, response) => {
    response.set({ 'Cache-Control': 'public, max-age=60', ETag: TAG }).type('text')
    for (let part = 0; part < 500; part += 1) response.write('thermocline ')
    response.end()
  })
}

const inFront = (way: Way) => serveCached(way, pages, { front: [compression()] })
const behind = (way: Way) =>
  serveCached(way, (app) => {
    app.use(compression())
    pages(app)
  })

const CLIENTS = [
  ['gzip', 'gzip'],
  ['br', 'gzip, deflate, br'],
  [undefined, 'identity'],
  [undefined, undefined],
] as const

function decoded({ headers, bytes }: Answer): string {
  const coding = headers['content-encoding']
  if (coding === 'gzip') return gunzipSync(bytes).toString()
  return coding === 'br' ? brotliDecompressSync(bytes).toString() : bytes.toString()
}

const accept = (coding: string | undefined) => (coding === undefined ? {} : { 'accept-encoding': coding })

describe.each(WAYS)('through %s, with `compression`', (way) => {
  describe.each([
    ['in front', inFront],
    ['behind', behind],
  ] as const)('%s of it', (place, make) => {
    it.each(['/strong', '/weak', '/streamed'])('each client gets %s in a coding it knows', async (path) => {
      const site = await make(way)
      for (let round = 0; round < 2; round += 1) {
        for (const [coding, accepted] of CLIENTS) {
          const answer = await site.get(path, accept(accepted))
          expect(answer.headers['content-encoding']).toBe(coding)
          expect(decoded(answer)).toBe(TEXT)
          expect(answer.headers.vary).toBe('Accept-Encoding')
          if (round > 0) expect(answer.trace).toContain('hit')
        }
      }
      expect(site.calls).toBe(place === 'in front' ? 1 : 4)
    })

    it('a client with a copy in some coding gets a 304', async () => {
      const site = await make(way)
      for (let round = 0; round < 2; round += 1) {
        for (const [, accepted] of CLIENTS) {
          const { headers } = await site.get('/strong', accept(accepted))
          const again = await site.get('/strong', {
            ...accept(accepted),
            'if-none-match': headers.etag ?? '',
          })
          expect(again).toMatchObject({ status: 304, body: '' })
          // In front of the cache `compression` looks at Content-Type, which a 304 has not.
          if (place === 'behind') expect(again.headers.vary).toBe('Accept-Encoding')
          expect(again.headers['content-encoding']).toBeUndefined()
        }
      }
    })

    it('is validated in each coding by its own handler, and stays what it was', async () => {
      const site = await make(way)
      for (const [, accepted] of CLIENTS) await site.get('/weak', accept(accepted))
      site.clock.forward(61)
      for (const [coding, accepted] of CLIENTS) {
        const answer = await site.get('/weak', accept(accepted))
        expect(answer.headers['content-encoding']).toBe(coding)
        expect(decoded(answer)).toBe(TEXT)
      }
    })

    it('HEAD has the length of what GET has in the plain coding', async () => {
      const site = await make(way)
      await site.get('/strong')
      const head = await site.send('HEAD', '/strong')
      expect(head.headers['content-length']).toBe(String(TEXT.length))
    })
  })

  it('in front of it, two codings never have one strong tag, stored or not', async () => {
    const site = await inFront(way)
    for (const path of ['/strong', '/streamed']) {
      const tags = new Map<string, Set<string | undefined>>()
      for (let round = 0; round < 2; round += 1) {
        for (const [coding = 'identity', accepted] of CLIENTS) {
          const { headers } = await site.get(path, accept(accepted))
          tags.set(coding, (tags.get(coding) ?? new Set()).add(headers.etag))
        }
      }
      expect([path, Object.fromEntries(tags)]).toEqual([
        path,
        {
          gzip: new Set([`W/${TAG}`]),
          br: new Set([`W/${TAG}`]),
          identity: new Set([TAG]),
        },
      ])
    }
    expect(site.calls).toBe(2)
  })

  it('in front of it, what was stored in a coding keeps its strong tag', async () => {
    const packed = Buffer.from('not really gzip, but nobody looks')
    const site = await serveCached(
      way,
      (app) => {
        app.get('/', (_, response) => {
          response.set({ 'Cache-Control': 'public, max-age=60', ETag: TAG, 'Content-Encoding': 'gzip' })
          response.set('Vary', 'Accept-Encoding').type('text').send(packed)
        })
      },
      { front: [compression()] },
    )
    const first = await site.get('/', { 'accept-encoding': 'gzip' })
    const second = await site.get('/', { 'accept-encoding': 'gzip' })
    expect(second.trace).toContain('hit')
    expect([first.headers.etag, second.headers.etag]).toEqual([TAG, TAG])
    expect(second.bytes).toEqual(packed)
  })
})
