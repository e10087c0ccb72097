import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { serve } from '../../test/support/serve.ts'
import { definePolicies, noStore, privateData, publicData } from '../../policy/index.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { createHttpPolicies } from '../http/http-policies.ts'
import type { EdgeEvent } from './edge-event.ts'
import { createEdges } from './edges.ts'
import { varnish } from './varnish.ts'

const policies = definePolicies({
  product: publicData({ browser: '1m', cdn: '5m' }),
  account: privateData({ browser: '1m' }),
  secret: noStore(),
})
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function open(edge = new HandMadeEdge(), isFirst = true) {
  const cache = createTieredCache()
  const events: EdgeEvent[] = []
  const edges = createEdges({
    cache,
    edges: [edge, varnish({ url: 'http://127.0.0.1:6081' })],
    onEvent: (event) => events.push(event),
  })
  const http = createHttpPolicies(policies)
  const app = express()
  if (isFirst) app.use(edges.fields())
  app.use(http.middleware())
  if (!isFirst) app.use(edges.fields())
  const groups = () => ({ groups: ['product-42', 'shelf', `cart~${'0'.repeat(24)}`] })
  app.all('/product', http.route('product', groups), (_, response) => void response.json({}))
  app.get('/account', http.route('account', groups), (_, response) => void response.json({}))
  app.get('/secret', http.route('secret', groups), (_, response) => void response.json({}))
  app.get('/none', http.route('product'), (_, response) => void response.json({}))
  app.get('/cookie', http.route('product', groups), (_, response) => void response.cookie('a', 'b').json({}))
  app.get('/own', (_, response) => {
    response.set({
      'Cache-Groups': '"a", "b"',
      'Cache-Control': 'private',
      'CDN-Cache-Control': 'max-age=60',
    })
    response.end()
  })
  const server = await serve(app)
  cleanUp.push(
    () => cache.close(),
    () => edges.close(),
    () => server.close(),
  )
  const fields = async (path: string, init: RequestInit = {}) => {
    const { headers } = await fetch(server.url + path, init)
    return [headers.get('edge-groups'), headers.get('xkey')]
  }
  return { fields, events }
}

describe('the fields by which edges learn of groups', () => {
  it("are set on what an edge may keep, for each edge its own, without what is one user's own", async () => {
    const { fields } = await open()
    expect(await fields('/product')).toEqual(['product-42 shelf', 'product-42 shelf'])
    expect(await fields('/product', { method: 'HEAD' })).toEqual(['product-42 shelf', 'product-42 shelf'])
    // RFC 9213: a field of their own counts for shared caches.
    expect(await fields('/own')).toEqual(['a b', 'a b'])
  })

  it.each(['/account', '/secret', '/none', '/cookie'])(
    'are not on what it may not keep: %s',
    async (path) => {
      const { fields } = await open()
      expect(await fields(path)).toEqual([null, null])
    },
  )

  it('are not on the answer to a POST', async () => {
    const { fields } = await open()
    expect(await fields('/product', { method: 'POST' })).toEqual([null, null])
  })

  it('are left out where an edge can not make them, and the response leaves all the same', async () => {
    const edge = new HandMadeEdge()
    edge.fields = () => {
      throw new Error('mine')
    }
    const { fields, events } = await open(edge)
    expect(await fields('/product')).toEqual([null, 'product-42 shelf'])
    expect(events).toEqual([{ type: 'fields-failed', edge: 'edge', error: expect.any(Error) }])
  })

  it('a middleware that comes too late to see the groups says so, once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    cleanUp.push(() => warn.mockRestore())
    const { fields } = await open(new HandMadeEdge(), false)
    await fields('/product')
    await fields('/product')
    expect(warn.mock.calls).toEqual([[expect.stringContaining('Put it first')]])
  })
})
