import express from 'express'
import type { Express } from 'express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { definePolicies, privateData, publicData, revalidate } from '../../policy/index.ts'
import { serve } from '../../test/support/serve.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { createHttpPolicies } from './http-policies.ts'
import { ownGroup } from './own-group.ts'

const policies = definePolicies({
  product: publicData({ browser: '1m' }),
  account: privateData(),
  page: revalidate(),
  pageAtEdges: revalidate({ cdn: '1h' }),
})
const cache = createTieredCache()
let asked = 0

/** What a handler does that needs a value which is in these groups. */
async function read(...groups: string[]): Promise<void> {
  await cache.getOrSet(`value-${(asked += 1)}`, () => 1, { groups })
}

let app: Express
let url: string
let warnings: string[]
const steps: (() => unknown)[] = []

async function begin() {
  warnings = []
  const http = createHttpPolicies(policies, { onWarning: (message) => warnings.push(message) })
  app = express().use(http.middleware())
  const site = await serve(app)
  url = site.url
  steps.push(site.close)
  return http
}

afterEach(async () => {
  for (const step of steps.splice(0)) await step()
})

const get = async (path: string) => {
  const response = await fetch(url + path)
  await response.text()
  return response
}

describe('a shared response that names no groups', () => {
  let http: Awaited<ReturnType<typeof begin>>
  beforeEach(async () => {
    http = await begin()
  })

  it('is warned of once a route, with the route as it was declared and some of the groups', async () => {
    const shop = express.Router()
    shop.get('/products/:id', http.route('product'), async (_, response) => {
      await read('product-1', 'product-2')
      await read('product-2', 'listing', 'brand-7', 'brand-8')
      response.json({})
    })
    app.use('/api', shop)
    for (const id of ['1', '2', '%0d%0a3']) await get(`/api/products/${id}`)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^GET \/api\/products\/:id was made of cached values in the groups "product-1", "product-2", "listing" and 2 more, and names none/,
      ),
    ])
    expect(warnings[0]).toContain('`http.addGroups(response, [...])`')
  })

  it('is warned of for each route of its own', async () => {
    for (const path of ['/a', '/b']) {
      app.get(path, http.route('product'), async (_, response) => {
        await read('listing')
        response.json({})
      })
    }
    for (const path of ['/a', '/b', '/a']) await get(path)
    expect(warnings.map((warning) => warning.split(' was ')[0])).toEqual(['GET /a', 'GET /b'])
  })

  it.each([
    ['found in L1', {}],
    ['loaded with groups that only the load knows', { groups: () => ['late'] }],
  ])('is warned of where a value was %s', async (_, options) => {
    const key = `value-${(asked += 1)}`
    if (!('groups' in options)) await cache.set(key, 1, { groups: ['early'] })
    app.get('/p', http.route('product'), async (_request, response) => {
      response.json(await cache.getOrSet(key, () => 1, options))
    })
    await get('/p')
    expect(warnings).toEqual([expect.stringMatching(/in the groups "(?:early|late)", and names none/)])
  })

  it('is warned of where edges keep what browsers ask for each time', async () => {
    app.get('/page', http.route('pageAtEdges'), async (_, response) => {
      await read('listing')
      response.send('x')
    })
    await get('/page')
    expect(warnings).toHaveLength(1)
  })

  it('is warned of without a route of Express, once for a policy, whatever is asked for', async () => {
    app.use('/files', http.route('product'), async (_, response) => {
      await read('listing')
      response.send('x')
    })
    for (const path of ['/files/a?secret=1', '/files/b']) await get(path)
    expect(warnings).toEqual([expect.stringMatching(/^GET \/files\/a was made/)])
  })

  it.each([
    ['names one', () => ({ groups: ['product-1'] })],
    ['says that it is in none', () => ({ groups: [] })],
  ])('is not warned of where the route %s', async (_, details) => {
    app.get('/p', http.route('product', details), async (_request, response) => {
      await read('product-1')
      response.json({})
    })
    await get('/p')
    expect(warnings).toEqual([])
  })

  it('is not warned of where the handler names one, by the method or by the field', async () => {
    app.get('/method', http.route('product'), async (_, response) => {
      await read('product-1')
      http.addGroups(response, ['product-1'])
      response.json({})
    })
    app.get('/field', http.route('product'), async (_, response) => {
      await read('product-1')
      response.set('Cache-Groups', '"product-1"').json({})
    })
    expect((await get('/method')).headers.get('cache-groups')).toBe('"product-1"')
    await get('/field')
    expect(warnings).toEqual([])
  })

  it.each([
    ['is one user’s', 'account', 200, ['product-1']],
    ['is asked for each time', 'page', 200, ['product-1']],
    ['is an error', 'product', 404, ['product-1']],
    ['was made of values without groups', 'product', 200, []],
    [
      'was made of what nobody else may be told of',
      'product',
      200,
      [ownGroup(7, 'cart'), `url-${'0'.repeat(32)}`],
    ],
  ] as const)('is not warned of where it %s', async (_, policy, status, groups) => {
    app.get('/p', http.route(policy), async (_request, response) => {
      await read(...groups)
      response.status(status).json({})
    })
    await get('/p')
    expect(warnings).toEqual([])
  })
})

it('is nobody’s business in production', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  steps.push(() => vi.unstubAllEnvs())
  const http = await begin()
  app.get('/p', http.route('product'), async (_, response) => {
    await read('product-1')
    response.json({})
  })
  await get('/p')
  expect(warnings).toEqual([])
  expect(cache.stats()).toBeDefined()
})
