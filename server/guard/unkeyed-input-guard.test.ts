import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { MessageChannel } from 'node:worker_threads'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { definePolicies, privateData, publicData } from '../../policy/index.ts'
import { share } from '../../test/guard/leaks/leak.ts'
import {
  readAddress,
  readAll,
  readLanguage,
  readLanguageInLoader,
  readPeer,
  replaceHeaders,
} from '../../test/guard/readers.ts'
import { visit } from '../../test/guard/visit.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { createHttpPolicies } from '../http/http-policies.ts'
import { responseCache } from '../response-cache/response-cache.ts'
import type { Finding } from './finding.ts'
import { type UnkeyedInputGuardOptions, unkeyedInputGuard } from './unkeyed-input-guard.ts'

const policies = definePolicies({ product: publicData(), account: privateData() })

let app: Express
let url: string
let close: () => Promise<void>
let findings: Finding[]

beforeEach(async () => {
  findings = []
  app = express()
  ;({ url, close } = await serve(app))
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await close()
})

const guard = (options: UnkeyedInputGuardOptions = {}) =>
  unkeyedInputGuard({ onFinding: (finding) => findings.push(finding), ...options })
const inputs = (): string[] => findings.map(({ input }) => input)
const get = (path = '/', headers: Record<string, string> = {}) => visit(url + path, { headers })

describe('a finding', () => {
  it('says what was read, where, and what to do', async () => {
    app.use(guard())
    app.get('/products/:id', (request, response) => share(response).send(readLanguage(request)))
    await get('/products/42?secret=1')
    expect(findings).toEqual([
      {
        rule: 'unkeyed-input',
        input: 'header:accept-language',
        at: expect.stringMatching(/^test\/guard\/readers\.ts:\d+:\d+$/),
        package: undefined,
        method: 'GET',
        route: '/products/:id',
        path: '/products/42',
        fix: "Add `Vary: Accept-Language`, make the response `private`, or list 'header:accept-language' in `ignore` if it changes nothing.",
      },
    ])
  })

  it('is three lines on the console where nobody asks for it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    app.use(unkeyedInputGuard())
    app.get('/', (request, response) => share(response).send(readLanguage(request)))
    await get()
    const [[text] = []] = warn.mock.calls as [string][]
    expect(text?.split('\n')).toEqual([
      "thermocline: a shared cache may keep GET /, but not knowing the request's Accept-Language.",
      expect.stringMatching(/^ {2}read at test\/guard\/readers\.ts:\d+:\d+$/),
      "  Add `Vary: Accept-Language`, make the response `private`, or list 'header:accept-language' in `ignore` if it changes nothing.",
    ])
  })

  it('is told once for each input and place', async () => {
    app.use(guard())
    app.get('/:page', (request, response) => {
      share(response).send(readLanguage(request) + readLanguage(request) + readAddress(request))
    })
    for (const page of ['/a', '/b', '/a']) await get(page)
    expect(inputs()).toEqual(['header:accept-language', 'req.ip'])
  })

  it('is made of a loader that the tiered cache runs', async () => {
    const cache = createTieredCache({ policies })
    app.use(guard()).get('/', async (request, response) => {
      share(response).send(await readLanguageInLoader(request, cache))
    })
    await get()
    expect(findings).toMatchObject([
      { input: 'header:accept-language', at: expect.stringContaining('readers.ts') },
    ])
    await cache.close()
  })

  it('is not made of what is ignored, nor of what was read with it', async () => {
    app.use(guard({ ignore: ['header:*', 'req.ip', 'req.socket.remoteAddress'] }))
    app.get('/', (request, response) => {
      share(response).json([readAll(request), readAddress(request), readPeer(request), readLanguage(request)])
    })
    await get('/', { 'x-a': '1', 'x-b': '2' })
    expect(inputs()).toEqual(['header:accept-language'])
  })

  it('costs nobody an answer where the one who is told throws', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    app.use(
      guard({
        onFinding: () => {
          throw new Error('no disk')
        },
      }),
    )
    app.get('/', (request, response) => share(response).send(readLanguage(request)))
    expect((await get()).status).toBe(200)
    expect(error).toHaveBeenCalledOnce()
  })

  it('is the same with stack traces cut to nothing, or made by somebody else', async () => {
    app.use(guard()).get('/', (request, response) => share(response).send(readLanguage(request)))
    const before = Object.getOwnPropertyDescriptors(Error)
    try {
      Error.stackTraceLimit = 0
      Error.prepareStackTrace = () => ({ not: 'text' })
      await get()
      expect(Error.stackTraceLimit).toBe(0)
    } finally {
      Object.defineProperties(Error, before)
    }
    expect(inputs()).toEqual(['header:accept-language'])
  })

  it('belongs to its own request, when many run at once over one connection or several', async () => {
    app.use(guard())
    app.get('/private', async ({ socket }, response) => {
      await new Promise(setImmediate)
      response.set('Cache-Control', 'private').send(String(socket.remoteAddress))
    })
    app.get('/public', async (_request, response) => {
      await new Promise(setImmediate)
      share(response).send('page')
    })
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => fetch(url + (index % 2 ? '/private' : '/public'))),
    )
    expect(findings).toEqual([])
  })
})

describe('two guards', () => {
  it('each tell, once, and the same one twice tells once', async () => {
    const first = guard()
    app.use(first, first, guard())
    app.get('/', (request, response) => share(response).send(readLanguage(request)))
    await get()
    await get()
    expect(inputs()).toEqual(['header:accept-language', 'header:accept-language'])
  })

  it('mend once', async () => {
    app.use(guard({ vary: 'auto' }), guard({ vary: 'auto' }))
    app.get('/', (request, response) => share(response).send(readLanguage(request) + readAddress(request)))
    const { headers } = await get()
    expect(headers.vary).toBe('Accept-Language')
    expect(headers['cache-control']).toBe('private, max-age=60')
    expect(new Set(inputs())).toEqual(new Set(['req.ip']))
  })
})

describe.each(['in front of', 'behind'])("vary: 'auto' %s the header policies", (place) => {
  beforeEach(() => {
    const http = createHttpPolicies(policies, { onWarning: () => {}, partition: ({ user }) => user?.name })
    const both = [guard({ vary: 'auto' }), http.middleware()]
    app.use(...(place === 'behind' ? both.toReversed() : both))
    app.get('/language', http.route('product'), (request, response) => response.send(readLanguage(request)))
    app.get('/ip', http.route('product'), (request, response) =>
      response.vary('Origin').send(readAddress(request)),
    )
    app.get('/cookie', http.route('product'), ({ headers }, response) => response.json(headers.cookie))
    app.get('/account', http.route('account'), (request, response) => response.send(readAddress(request)))
    app.get('/own', (request, response) => {
      response.set('Cache-Control', 's-maxage=5, max-age=1').send(readAddress(request))
    })
  })

  it('adds a field to what a policy says', async () => {
    const { headers } = await get('/language')
    expect(headers.vary).toBe('Accept-Language')
    expect(headers['cache-control']).toContain('public, max-age=60')
    expect(headers['cdn-cache-control']).toContain('max-age=300')
    expect(findings).toEqual([])
  })

  it('makes private what no field says, for CDNs too', async () => {
    const { headers } = await get('/ip')
    expect(headers['cache-control']).toBe(
      'private, max-age=60, stale-while-revalidate=60, stale-if-error=86400',
    )
    expect(headers['cdn-cache-control']).toBeUndefined()
    expect(headers.vary).toBe('Origin')
    expect(findings).toMatchObject([
      { input: 'req.ip', fix: expect.stringContaining('It left as `private`') },
    ])
  })

  it('leaves alone what is not shared', async () => {
    expect((await get('/account')).headers['cache-control']).toBe('private, max-age=0')
    expect((await get('/cookie', { cookie: 'a=1' })).headers['cache-control']).toBe('private, no-store')
    expect(findings).toEqual([])
  })

  it('mends what a handler says itself', async () => {
    expect((await get('/own')).headers['cache-control']).toBe('private, max-age=1')
  })
})

it('keeps the variants apart in a response cache that stands in front', async () => {
  const cache = createTieredCache({ policies })
  const http = createHttpPolicies(policies)
  app.use(responseCache({ cache }), guard({ vary: 'auto' }), http.middleware())
  app.get('/', http.route('product'), (request, response) => response.send(readLanguage(request)))
  const answers = []
  for (const language of ['en', 'de', 'en', 'de'])
    answers.push(await get('/', { 'accept-language': language }))
  expect(answers.map(({ body }) => body)).toEqual(['en', 'de', 'en', 'de'])
  expect(answers[3]?.headers['cache-status']).toContain('hit')
  await cache.close()
})

describe('a request under the guard', () => {
  const inside = async (look: RequestHandler): Promise<unknown> => {
    app.use(guard())
    app.get('/', (request, response, next) => void look(request, response, next))
    return JSON.parse((await get('/', { 'x-a': '1', cookie: 'c=1' })).body)
  }

  it('shows the same as one without', async () => {
    let plain: unknown
    const look = (request: Request): unknown => [
      Object.keys(request.headers),
      { ...request.headers },
      JSON.parse(JSON.stringify(request.headers)),
      [...request.rawHeaders],
      Array.isArray(request.rawHeaders),
      request.headersDistinct,
      Object.keys(request).filter((name) => name !== 'route'),
      Object.entries(Object.getOwnPropertyDescriptors(request.headers)),
      [request.ip, request.ips, request.hostname, request.protocol, request.secure, request.xhr],
      [request instanceof IncomingMessage, Object.prototype.toString.call(request.headers)],
      [request.socket === request.res?.socket, request.headers === request.headers],
      Object.getPrototypeOf(request.headers) === Object.prototype,
      request.user === undefined,
    ]
    app.use((request, _response, next) => {
      plain = JSON.parse(JSON.stringify(look(request)))
      next()
    })
    expect(await inside((request, response) => response.json(look(request)))).toEqual(plain)
  })

  it('is written to as before', async () => {
    const seen = await inside((request, response) => {
      request.headers['x-b'] = '2'
      delete request.headers['x-a']
      Object.defineProperty(request.headers, 'x-c', { value: '3', enumerable: true })
      Object.assign(request, { user: { name: 'ada' }, cookies: { d: '4' } })
      const { user, cookies, headers } = request
      delete (request as { user?: unknown }).user
      response.json([
        user,
        cookies,
        headers,
        Object.keys(request).includes('cookies'),
        request.user === undefined,
      ])
    })
    expect(seen).toEqual([
      { name: 'ada' },
      { d: '4' },
      { host: 'shop.test', connection: 'close', cookie: 'c=1', 'x-b': '2', 'x-c': '3' },
      true,
      true,
    ])
  })

  it('is still watched once its headers were replaced', async () => {
    app.use(guard(), replaceHeaders)
    app.get('/', (request, response) => share(response).send(readLanguage(request)))
    expect((await get()).body).toBe('fr')
    expect(inputs()).toEqual(['header:*', 'header:accept-language'])
  })

  it('can be cloned and sent to a worker', async () => {
    const { port1, port2 } = new MessageChannel()
    const received = once(port2, 'message')
    await inside((request, response) => {
      port1.postMessage({ url: '/', all: [request.headers] })
      response.json(structuredClone(request.headers))
    })
    expect(await received).toEqual([{ url: '/', all: [expect.objectContaining({ 'x-a': '1' })] }])
    port1.close()
    expect(() => structuredClone({ no: () => {} })).toThrow('could not be cloned')
  })

  it('refuses what it refused before', async () => {
    const seen = await inside((request, response) => {
      try {
        Object.assign(request, { ip: 'mine' })
        response.json('written')
      } catch (error) {
        response.json((error as Error).name)
      }
    })
    expect(seen).toBe('TypeError')
  })
})

describe('a guard that is off', () => {
  it.each<UnkeyedInputGuardOptions>([{ enabled: false }, {}])(
    'changes nothing at all %#',
    async (options) => {
      vi.stubEnv('NODE_ENV', 'production')
      let before: string[] = []
      app.use((request, response, next) => {
        before = [...Object.getOwnPropertyNames(request), ...Object.getOwnPropertyNames(response)]
        next()
      })
      app.use(guard(options))
      app.get('/', (request, response) => {
        const after = [...Object.getOwnPropertyNames(request), ...Object.getOwnPropertyNames(response)]
        share(response).json(after.filter((name) => !before.includes(name)))
        readLanguage(request)
      })
      expect((await get()).body).toBe('["route"]')
      expect(findings).toEqual([])
    },
  )

  it("is on in production under vary: 'auto', whose work must not end there", async () => {
    vi.stubEnv('NODE_ENV', 'production')
    app
      .use(guard({ vary: 'auto' }))
      .get('/', (request, response) => share(response).send(readLanguage(request)))
    expect((await get()).headers.vary).toBe('Accept-Language')
  })
})

it('keeps nothing of a request that is over', async () => {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const seen: WeakRef<object>[] = []
  app.use(guard()).get('/', (request, response) => {
    seen.push(new WeakRef(request))
    share(response).send(`${readLanguage(request)} ${request.socket.remoteAddress}`)
  })
  const asked = Array.from({ length: 50 }, () => get())
  await Promise.all(asked)
  await waitUntil(() => {
    collect()
    return seen.filter((reference) => reference.deref() !== undefined).length < 5
  }, 'the requests to be collected')
})

it.each<[unknown, RegExp]>([
  [{ vari: 'auto' }, /no option `vari`/],
  [{ vary: 'always' }, /`vary` is "always". Give 'report' or 'auto'/],
  [{ onFinding: 'log' }, /`onFinding` is "log"/],
  [{ ignore: 'req.ip' }, /`ignore` is "req.ip". Give an array/],
  [{ keyed: [1] }, /`keyed` is an array of 1/],
  [{ keyed: ['header:X-Device'] }, /`keyed` holds "header:x-device"\. Give 'x-device'/],
  [{ keyed: ['X Device'] }, /Give names of request fields/],
  [
    { ignore: ['Accept-Language'] },
    /`ignore` holds "accept-language"\. Give 'header:accept-language' for a field/,
  ],
  [{ ignore: ['req.headers'] }, /Give an input as findings name it/],
  [{ enabled: 'yes' }, /`enabled` is "yes"/],
])('refuses %j', (options, message) => {
  expect(() => unkeyedInputGuard(options as UnkeyedInputGuardOptions)).toThrow(message)
})
