import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'
import { STALE, versions } from './versions.ts'

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const CASES: readonly Case[] = [
  {
    name: 'Cache-Status tells a miss and a hit, behind what the caches before said (RFC 9211)',
    async run({ ask, origin, store }) {
      origin.says('/told', 'told', { 'Cache-Control': 'max-age=600', 'Cache-Status': 'CDN; fwd=miss' })
      assert.equal((await store('/told')).cacheStatus, 'CDN; fwd=miss, SW; fwd=uri-miss; stored')
      assert.match((await ask('/told')).cacheStatus, /^CDN; fwd=miss, SW; hit; ttl=(?:600|5\d\d)$/)
    },
  },
  {
    name: 'Cache-Status tells a validation (RFC 9211)',
    async run({ ask, origin, store }) {
      versions(origin, '/told', { 'Cache-Control': STALE, Age: '100' })
      await store('/told')
      assert.match((await ask('/told')).cacheStatus, /SW; fwd=stale; fwd-status=304; stored/)
    },
  },
  {
    name: 'Age is on what comes from the store, and goes on from the origin’s (RFC 9111 §5.1)',
    async run({ ask, origin, store }) {
      origin.says('/aged', 'aged', { 'Cache-Control': 'max-age=600', Age: '100' })
      await store('/aged')
      const { age } = (await ask('/aged')).headers
      assert.match(age ?? '', /^1\d\d$/)
    },
  },
  {
    name: 'Server-Timing says the same, and keeps the origin’s metrics',
    async run({ ask, origin, store }) {
      origin.says('/timed', 'timed', { 'Cache-Control': 'max-age=600', 'Server-Timing': 'db;dur=53' })
      await store('/timed')
      const timing = (await ask('/timed')).headers['server-timing'] ?? ''
      assert.match(timing, /^db;dur=53, /)
      assert.match(timing, /cache;desc="SW; hit; ttl=\d+"/)
    },
  },
  {
    name: 'an image’s resource timing tells which layer answered it',
    async run({ call, origin, settled, store }) {
      origin.route('/pixel.gif', (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'image/gif', 'Cache-Control': 'max-age=600' }).end(PIXEL)
      })
      // Not twice as an image: pages have an image cache of their own.
      await store('/pixel.gif')
      const layer = await call(async (path) => {
        performance.clearResourceTimings()
        const image = new Image()
        image.src = path
        await image.decode()
        for (;;) {
          // It is added a little later than the image is there.
          const [entry] = performance.getEntriesByName(image.src) as PerformanceResourceTiming[]
          if (entry) return entry.serverTiming.find(({ name }) => name === 'cache')?.description
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }, '/pixel.gif')
      assert.match(layer ?? '', /^SW; hit; ttl=/)
      await settled()
    },
  },
  {
    name: 'status, header fields and text are those of the origin',
    async run({ ask, origin, store }) {
      const body = 'Grüße, 世界'
      const headers = { 'Cache-Control': 'max-age=600', 'Content-Language': 'de', 'X-Own': 'a, b' }
      origin.says('/whole', body, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }, 203)
      await store('/whole')
      origin.forget()
      const answer = await ask('/whole')
      assert.deepEqual(
        [answer.status, answer.body, answer.headers['content-language'], answer.headers['x-own']],
        [203, body, 'de', 'a, b'],
      )
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
      assert.equal(origin.visits('/whole').length, 0)
    },
  },
]

export const ANSWERS: Subject = { subject: 'what answers say', cases: CASES }
