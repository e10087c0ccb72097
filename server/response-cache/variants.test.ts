import { describe, expect, it } from 'vitest'
import { Gate, WAYS, serveCached } from '../../test/support/cached-app.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const FRESH = 'public, max-age=60'

describe.each(WAYS)('through %s, responses that vary', (way) => {
  const greeting = () =>
    serveCached(way, (app) => {
      app.get('/', (request, response) => {
        const language = request.acceptsLanguages('en', 'de') || 'none'
        response.set({ 'Cache-Control': FRESH, Vary: 'Accept-Language' }).send(language)
      })
    })

  it('are kept side by side', async () => {
    const site = await greeting()
    for (const language of ['de', 'en', 'de', 'en', 'fr']) {
      const { body } = await site.get('/', { 'accept-language': language })
      expect(body).toBe(language === 'fr' ? 'none' : language)
    }
    expect(site.calls).toBe(3)
    // An absent field matches only an absent one.
    await site.get('/')
    expect(site.calls).toBe(4)
    expect((await site.get('/')).trace).toContain('hit')
  })

  it('say so when there are others for the URL', async () => {
    const site = await greeting()
    await site.get('/', { 'accept-language': 'de' })
    expect((await site.get('/', { 'accept-language': 'en' })).trace).toContain('fwd=vary-miss')
  })

  it('by Accept-Encoding are found whatever the order, the case and the weights in which it is written', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/', (_, response) => {
        response.set({ 'Cache-Control': FRESH, Vary: 'Accept-Encoding' }).send('x')
      })
    })
    for (const coding of ['gzip, br', 'br,gzip', 'BR, gzip;q=1.0', 'gzip;q=1, br;q=1.000']) {
      await site.get('/', { 'accept-encoding': coding })
    }
    expect(site.calls).toBe(1)
    await site.get('/', { 'accept-encoding': 'gzip, br;q=0' })
    expect(site.calls).toBe(2)
  })

  it('by everything (Vary: *) are never answered to another request', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/', (_, response) => void response.set({ 'Cache-Control': FRESH, Vary: '*' }).send('x'))
    })
    await site.get('/')
    expect((await site.get('/')).trace).toContain('detail=store-vary-star')
    expect(site.calls).toBe(2)
  })

  it.each(['constructor', '__proto__', 'hasOwnProperty', 'x-absent, constructor'])(
    'by %s are kept and found like any other',
    async (vary) => {
      const site = await serveCached(way, (app) => {
        app.get('/', (_, response) => void response.set({ 'Cache-Control': FRESH, Vary: vary }).send('x'))
      })
      await site.get('/')
      expect((await site.get('/')).trace).toContain('hit')
      await site.get('/', { constructor: 'x' })
      expect(site.calls).toBe(vary.includes('constructor') ? 2 : 1)
    },
  )

  it('by a field that was not known at first are told apart from then on', async () => {
    let vary = 'Accept-Language'
    const site = await serveCached(way, (app) => {
      app.get('/', (request, response) => {
        const seen = vary.split(', ').map((name) => request.get(name) ?? '-')
        response.set({ 'Cache-Control': FRESH, Vary: vary }).send(seen.join())
      })
    })
    const ask = async (language: string, theme: string) =>
      (await site.get('/', { 'accept-language': language, 'x-theme': theme })).body
    expect(await ask('de', 'dark')).toBe('de')
    site.clock.forward(61)
    vary = 'Accept-Language, X-Theme'
    expect(await ask('de', 'dark')).toBe('de,dark')
    expect(await ask('de', 'light')).toBe('de,light')
    expect(await ask('de', 'dark')).toBe('de,dark')
    expect(site.calls).toBe(3)
  })
})

describe.each(WAYS)('through %s, many at once', (way) => {
  /** A handler that is held back, and how often it was called for what. */
  const held = async (fields: Record<string, string>) => {
    const gate = new Gate()
    const seen: string[] = []
    const site = await serveCached(way, (app) => {
      app.get('/', async (request, response) => {
        const value = request.get('x-shape') ?? 'none'
        seen.push(value)
        await gate.passed
        response.set(fields).send(value)
      })
    })
    return { site, gate, seen }
  }

  it('for the same are one call', async () => {
    const { site, gate, seen } = await held({ 'Cache-Control': FRESH })
    const answers = Array.from({ length: 20 }, () => site.get('/'))
    await waitUntil(() => site.arrivals === 20, 'all of them')
    expect(seen).toHaveLength(1)
    gate.open()
    const all = await Promise.all(answers)
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['none']))
    expect(seen).toHaveLength(1)
    expect(all.filter(({ trace }) => trace.includes('collapsed'))).toHaveLength(19)
  })

  it('for several variants are one call each, although nobody knew that there are any', async () => {
    const { site, gate, seen } = await held({ 'Cache-Control': FRESH, Vary: 'X-Shape' })
    const shapes = ['round', 'square', 'round', 'flat', 'square', 'flat', 'round', 'square', 'flat']
    const answers = shapes.map((shape) => site.get('/', { 'x-shape': shape }))
    await waitUntil(() => site.arrivals === shapes.length, 'all of them')
    expect(seen).toHaveLength(1)
    gate.open()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(shapes)
    expect([...seen].sort()).toEqual(['flat', 'round', 'square'])
  })

  it('for several variants that are known do not wait for each other', async () => {
    const gates = new Map([['slow', new Gate()]])
    const site = await serveCached(way, (app) => {
      app.get('/', async (request, response) => {
        const shape = request.get('x-shape') ?? ''
        await gates.get(shape)?.passed
        response.set({ 'Cache-Control': FRESH, Vary: 'X-Shape' }).send(shape)
      })
    })
    await site.get('/', { 'x-shape': 'first' })
    const slow = site.get('/', { 'x-shape': 'slow' })
    await waitUntil(() => site.calls === 2, 'the slow one')
    const answers = ['a', 'b', 'a', 'b'].map((shape) => site.get('/', { 'x-shape': shape }))
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['a', 'b', 'a', 'b'])
    expect(site.calls).toBe(4)
    gates.get('slow')?.open()
    expect((await slow).body).toBe('slow')
  })

  it('for what nobody may share run beside each other', async () => {
    const gate = new Gate()
    let running = 0
    const site = await serveCached(way, (app) => {
      app.get('/', async (_, response) => {
        running += 1
        if (site.calls > 1) await gate.passed
        response.set('Cache-Control', 'private').send('yours')
      })
    })
    await site.get('/')
    const answers = Array.from({ length: 10 }, () => site.get('/'))
    await waitUntil(() => running === 11, 'all of them to be at work at once')
    gate.open()
    expect((await Promise.all(answers)).every(({ body }) => body === 'yours')).toBe(true)
  })

  it('for what turns out to be private wait no longer than for its head', async () => {
    const gate = new Gate()
    let running = 0
    const site = await serveCached(way, (app) => {
      app.get('/', async (_, response) => {
        running += 1
        response.set('Cache-Control', 'private').write('your')
        await gate.passed
        response.end('s')
      })
    })
    const answers = Array.from({ length: 5 }, () => site.get('/'))
    await waitUntil(() => running === 5, 'all of them to be at work at once')
    gate.open()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(Array(5).fill('yours'))
  })
})

describe.each(WAYS)('through %s, queries under No-Vary-Search', (way) => {
  const search = (rule: string) =>
    serveCached(way, (app) => {
      app.get('/s', (request, response) => {
        const { q } = request.query
        response.set({ 'Cache-Control': FRESH, ...(q === 'plain' ? {} : { 'No-Vary-Search': rule }) })
        response.send(request.originalUrl)
      })
    })

  it('are the same without the parameters that make no difference', async () => {
    const site = await search('params=("utm_source" "utm_medium")')
    expect((await site.get('/s?q=1&utm_source=a')).body).toBe('/s?q=1&utm_source=a')
    expect((await site.get('/s?q=1&utm_medium=b')).body).toBe('/s?q=1&utm_source=a')
    expect((await site.get('/s?utm_source=c&q=1')).trace).toContain('hit')
    expect((await site.get('/s?q=2&utm_source=a')).body).toBe('/s?q=2&utm_source=a')
    expect(site.calls).toBe(2)
  })

  it('are the same in another order of keys', async () => {
    const site = await search('key-order')
    await site.get('/s?a=1&b=2')
    expect((await site.get('/s?b=2&a=1')).trace).toContain('hit')
    expect((await site.get('/s?b=1&a=2')).trace).not.toContain('hit')
  })

  it('are not found under the rule of another response', async () => {
    const site = await search('params=("utm")')
    await site.get('/s?q=plain&utm=1')
    await site.get('/s?q=ruled&utm=1')
    // The rule of the path is known now; the first response did not give it.
    expect((await site.get('/s?q=plain&utm=2')).body).toBe('/s?q=plain&utm=2')
    expect((await site.get('/s?q=plain&utm=1')).body).toBe('/s?q=plain&utm=1')
    expect((await site.get('/s?q=ruled&utm=9')).body).toBe('/s?q=ruled&utm=1')
    expect(site.calls).toBe(3)
  })
})
