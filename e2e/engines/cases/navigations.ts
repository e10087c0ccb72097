import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'

const HTML = { 'Content-Type': 'text/html' }
const page = (title: string): string => `<!doctype html><title>${title}</title>`

const CASES: readonly Case[] = [
  {
    name: 'a page that is fresh is opened from the store, offline too',
    async run({ origin, store, visit }) {
      origin.says('/shop', page('shop'), { ...HTML, 'Cache-Control': 'max-age=600' })
      // Opened by its address it could be another site's doing, and come from the HTTP cache: that is not stored.
      await store('/shop')
      origin.forget()
      await origin.goDown()
      assert.equal(await visit('/shop'), 'shop')
    },
  },
  {
    name: 'a page that says no-cache is validated',
    async run({ call, origin, settled, visit }) {
      origin.route('/shop', (request, response) => {
        const isSame = request.headers['if-none-match'] === '"s"'
        response.writeHead(isSame ? 304 : 200, { ...HTML, 'Cache-Control': 'no-cache', ETag: '"s"' })
        response.end(isSame ? undefined : page('shop'))
      })
      await visit('/shop')
      await settled()
      await visit('/')
      // By its address it goes to the network as the browser makes it; from a page of the site with the worker's validator.
      const title = await call(async () => {
        const frame = document.createElement('iframe')
        frame.src = '/shop'
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
        document.body.append(frame)
        await loaded
        return frame.contentDocument?.title
      })
      assert.equal(title, 'shop')
      assert.equal(origin.visits('/shop').at(-1)?.headers['if-none-match'], '"s"')
    },
  },
  {
    name: 'a navigation is redirected, each time',
    async run({ call, origin, settled, visit }) {
      origin.route('/old', (_request, response) => void response.writeHead(302, { Location: '/new' }).end())
      origin.says('/new', page('new'), { ...HTML, 'Cache-Control': 'max-age=600' })
      for (let time = 0; time < 2; time += 1) {
        assert.equal(await visit('/old'), 'new')
        assert.equal(await call(() => location.pathname), '/new')
        await settled()
      }
    },
  },
  {
    name: 'a page that was first reached by fetch() through a redirect opens',
    async run({ origin, store, visit }) {
      origin.route('/old', (_request, response) => void response.writeHead(301, { Location: '/new' }).end())
      origin.says('/new', page('new'), { ...HTML, 'Cache-Control': 'max-age=600' })
      await store('/old')
      assert.equal(await visit('/old'), 'new')
    },
  },
  {
    name: 'fetch() follows a redirect, and tells so',
    async run({ origin, store }) {
      origin.route('/old', (_request, response) => void response.writeHead(302, { Location: '/new' }).end())
      origin.says('/new', 'new', { 'Cache-Control': 'max-age=600' })
      for (let time = 0; time < 2; time += 1) {
        const answer = await store('/old')
        assert.deepEqual([answer.status, answer.body], [200, 'new'])
        assert.deepEqual([answer.redirected, answer.url], [true, `${origin.url}/new`])
      }
    },
  },
  {
    name: 'fetch() that wants to see redirects itself sees them',
    async run({ ask, origin }) {
      origin.route('/old', (_request, response) => void response.writeHead(302, { Location: '/new' }).end())
      assert.equal((await ask('/old', { redirect: 'manual' })).type, 'opaqueredirect')
      assert.equal((await ask('/old', { redirect: 'error' })).status, 0)
      assert.equal(origin.visits('/new').length, 0)
    },
  },
  {
    name: 'a fragment is no part of the key',
    async run({ ask, origin, store }) {
      origin.says('/part', 'part', { 'Cache-Control': 'max-age=600' })
      await store('/part#one')
      assert.equal((await ask('/part#two')).body, 'part')
      assert.equal(origin.visits('/part').length, 1)
    },
  },
]

export const NAVIGATIONS: Subject = { subject: 'navigations and redirects', cases: CASES }
