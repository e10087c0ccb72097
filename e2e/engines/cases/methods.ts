import assert from 'node:assert/strict'
import type { WorkerOrigin } from '../../worker-origin.ts'
import type { Case, Subject } from '../case.ts'
import type { Kit } from '../kit.ts'
import { gate } from './versions.ts'

/** A path whose GETs are fresh and numbered, and whose other methods get a status. */
function countedPath(origin: WorkerOrigin, path: string): { status: number } {
  const state = { status: 204, gets: 0 }
  origin.route(path, (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'Cache-Control': 'max-age=600' }).end(`get ${(state.gets += 1)}`)
    } else response.writeHead(state.status).end()
  })
  return state
}

/** Whether a path that was stored is still answered from the store. */
async function isStored({ ask, origin }: Kit, path: string): Promise<boolean> {
  origin.forget()
  await ask(path)
  return origin.visits(path).length === 0
}

const dropping = ['POST', 'PUT', 'DELETE', 'PATCH'].map((method): Case => ({
  name: `a ${method} that succeeds drops what is stored of its URL (RFC 9111 §4.4)`,
  async run(kit) {
    countedPath(kit.origin, '/cart')
    await kit.store('/cart')
    assert.equal((await kit.ask('/cart', { method })).status, 204)
    assert.equal(await isStored(kit, '/cart'), false)
  },
}))

const naming = ['Location', 'Content-Location'].map((field): Case => ({
  name: `a write drops what its ${field} names, on the same origin (§4.4)`,
  async run(kit) {
    const { ask, origin, store } = kit
    countedPath(origin, '/list')
    countedPath(origin, '/other')
    await store('/list')
    await store('/other')
    origin.says('/add', '', { [field]: '/list' }, 201)
    await ask('/add', { method: 'POST' })
    assert.equal(await isStored(kit, '/list'), false)
    assert.equal(await isStored(kit, '/other'), true)
  },
}))

const CASES: readonly Case[] = [
  ...dropping,
  ...naming,
  {
    name: 'a write that fails drops nothing (§4.4)',
    async run(kit) {
      const state = countedPath(kit.origin, '/cart')
      await kit.store('/cart')
      state.status = 500
      await kit.ask('/cart', { method: 'POST' })
      assert.equal(await isStored(kit, '/cart'), true)
    },
  },
  {
    name: 'a request that must outlive its page drops what is stored as well',
    lacks: { firefox: 'Requests with `keepalive` are not shown to the worker.' },
    async run(kit) {
      countedPath(kit.origin, '/draft')
      await kit.store('/draft')
      await kit.ask('/draft', { method: 'POST', keepalive: true, body: 'x' })
      await kit.settled()
      assert.equal(await isStored(kit, '/draft'), false)
    },
  },
  {
    name: 'a GET that was under way during a write is not stored',
    async run({ ask, origin, settled }) {
      const { open, opened } = gate()
      const arrived = gate()
      let stock = 'old'
      origin.route('/stock', async (request, response) => {
        const headers = { 'Cache-Control': 'max-age=600' }
        if (request.method === 'POST') {
          stock = 'new'
          response.writeHead(204).end()
        } else if (stock === 'old') {
          arrived.open()
          await opened
          response.writeHead(200, headers).end('old')
        } else response.writeHead(200, headers).end(stock)
      })
      const early = ask('/stock')
      await arrived.opened
      await ask('/stock', { method: 'POST' })
      open()
      assert.equal((await early).body, 'old')
      await settled()
      assert.equal((await ask('/stock')).body, 'new')
    },
  },
  {
    name: 'a HEAD is answered from a stored GET (RFC 9111 §4)',
    async run({ ask, origin, store }) {
      origin.says('/page', 'page', { 'Cache-Control': 'max-age=600', 'X-Kept': 'yes' })
      await store('/page')
      origin.forget()
      const answer = await ask('/page', { method: 'HEAD' })
      assert.equal(origin.visits('/page').length, 0, 'It was not answered from the store.')
      assert.deepEqual([answer.status, answer.body, answer.headers['x-kept']], [200, '', 'yes'])
    },
  },
  {
    name: 'a HEAD is not stored as if it were a GET (RFC 9110 §9.3.2)',
    async run({ ask, origin, store }) {
      origin.says('/page', 'page', { 'Cache-Control': 'max-age=600' })
      assert.equal((await store('/page', { method: 'HEAD' })).status, 200)
      assert.equal((await ask('/page')).body, 'page')
    },
  },
]

export const METHODS: Subject = { subject: 'methods', cases: CASES }
