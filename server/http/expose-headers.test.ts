import cors from 'cors'
import express from 'express'
import type { RequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { definePolicies, noStore, publicData } from '../../policy/index.ts'
import { serve } from '../../test/support/serve.ts'
import { createHttpPolicies } from './http-policies.ts'
import type { HttpPoliciesOptions } from './http-policies.ts'

const policies = definePolicies({ product: publicData({ browser: '1m' }), secret: noStore() })
const PAGE = 'https://shop.example'
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What a site exposes whose application has a middleware of its own for other origins. */
async function open(middleware: RequestHandler, options: HttpPoliciesOptions = {}) {
  const http = createHttpPolicies(policies, options)
  const app = express().use(http.middleware(), middleware)
  app.get(
    '/product',
    http.route('product', () => ({ groups: ['product-42'] })),
    (_, response) => void response.json({ id: 42 }),
  )
  app.post('/product', http.route('secret'), (_, response) => void response.status(201).json({}))
  app.get('/own', (_, response) => void response.json({}))
  const { url, close } = await serve(app)
  closing.push(close)
  const ask = async (
    path = '/product',
    { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
  ) => {
    const response = await fetch(url + path, { method, headers: { Origin: PAGE, ...headers } })
    const exposed = response.headers.get('access-control-expose-headers')
    return { response, exposed, names: exposed?.toLowerCase().split(', ') ?? [] }
  }
  return ask
}

const allow =
  (fields: Record<string, string>): RequestHandler =>
  (_, response, next) => {
    response.set(fields)
    next()
  }

describe('what other origins may read', () => {
  it('has what the service worker decides by, where the application admits them', async () => {
    const ask = await open(cors())
    const { response, names } = await ask()
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(names).toEqual(
      expect.arrayContaining(['age', 'cache-groups', 'cache-status', 'date', 'etag', 'vary']),
    )
    expect(names).toEqual(expect.arrayContaining(['sw-cache-control', 'no-vary-search', 'content-encoding']))
    expect(new Set(names).size).toBe(names.length)
  })

  it('has it on answers to writes, on 304 and on routes without a policy too', async () => {
    const ask = await open(cors({ origin: PAGE, credentials: true }))
    expect((await ask('/product', { method: 'POST' })).names).toContain('cache-group-invalidation')
    expect((await ask('/own')).names).toContain('etag')
    const etag = (await ask()).response.headers.get('etag') ?? ''
    const { response, names } = await ask('/product', {
      headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' },
    })
    expect(response.status).toBe(304)
    expect(names).toContain('cache-groups')
  })

  it('is nothing more where nobody is admitted, and in the answer to a preflight', async () => {
    const ask = await open((_request, _response, next) => next())
    expect((await ask()).exposed).toBe(null)
    const other = await open(cors())
    const { response, exposed } = await other('/product', {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'PUT' },
    })
    expect(response.headers.get('access-control-allow-methods')).toContain('PUT')
    expect(exposed).toBe(null)
  })

  it('keeps what the application exposes, and says nothing twice', async () => {
    const ask = await open(cors({ exposedHeaders: ['X-Total', 'etag'] }))
    const { exposed, names } = await ask()
    expect(exposed).toMatch(/^X-Total,etag, Age, /)
    expect(names.filter((name) => name.includes('etag'))).toEqual(['x-total,etag'])
  })

  it.each([
    ['all of it, to those without credentials', { 'Access-Control-Expose-Headers': '*' }, '*'],
    [
      'a field called so, to those with credentials',
      { 'Access-Control-Expose-Headers': '*', 'Access-Control-Allow-Credentials': 'true' },
      expect.stringMatching(/^\*, Age, /) as string,
    ],
    ['nothing', { 'Access-Control-Expose-Headers': '' }, expect.stringMatching(/^Age, /) as string],
  ])('takes `*` and an empty list for %s', async (_, fields, expected) => {
    const ask = await open(allow({ 'Access-Control-Allow-Origin': PAGE, ...fields }))
    expect((await ask()).exposed).toEqual(expected)
  })

  it('is left to the application where the option says so', async () => {
    const ask = await open(cors({ exposedHeaders: 'X-Total' }), { exposeHeaders: false })
    expect((await ask()).exposed).toBe('X-Total')
  })

  it('is the same where two policies look after one response', async () => {
    const outer = createHttpPolicies(policies).middleware()
    const both: RequestHandler = (request, response, next) =>
      outer(request, response, () => cors()(request, response, next))
    const { names } = await (await open(both))()
    expect(new Set(names).size).toBe(names.length)
  })
})
