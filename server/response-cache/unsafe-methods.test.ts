import type { Response } from 'express'
import { describe, expect, it } from 'vitest'
import { Gate, WAYS, serveCached } from '../../test/support/cached-app.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const FRESH = 'public, max-age=60'

describe.each(WAYS)('through %s, a write', (way) => {
  const shop = (write: (response: Response) => unknown, fields: Record<string, string> = {}) =>
    serveCached(way, (app) => {
      app.all('/*path', (request, response) => {
        if (request.method !== 'GET') write(response)
        else response.set({ 'Cache-Control': FRESH, ...fields }).send('stored')
      })
    })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'M-SEARCH'])(
    'by %s lets go of what is stored for its URL',
    async (method) => {
      const site = await shop((response) => response.sendStatus(204))
      await site.get('/a')
      await site.get('/b')
      await site.send(method, '/a')
      expect((await site.get('/a')).trace).toContain('fwd=uri-miss')
      expect((await site.get('/b')).trace).toContain('hit')
    },
  )

  it.each(['OPTIONS', 'TRACE', 'HEAD'])('is none by %s', async (method) => {
    const site = await shop((response) => response.sendStatus(204))
    await site.get('/a')
    await site.send(method, '/a')
    expect((await site.get('/a')).trace).toContain('hit')
  })

  it.each([
    [201, false],
    [303, false],
    [400, true],
    [403, true],
    [500, true],
  ])('that was answered with %i leaves it: %s', async (status, isLeft) => {
    const site = await shop((response) => response.status(status).end())
    await site.get('/a')
    await site.send('POST', '/a')
    expect((await site.get('/a')).trace.includes('hit')).toBe(isLeft)
  })

  it('lets go of all variants, and of what was asked for by another field of the key', async () => {
    const site = await shop((response) => response.sendStatus(204), { Vary: 'X-Color' })
    const asks = [
      { 'x-color': 'red' },
      { 'x-color': 'blue' },
      { 'x-color': 'red', 'x-forwarded-proto': 'https' },
    ]
    for (const headers of asks) await site.get('/a', headers)
    await site.send('POST', '/a')
    for (const headers of asks) expect((await site.get('/a', headers)).trace).toContain('fwd')
  })

  it.each([
    ['Location', '/b?x=1', '/b?x=1', false],
    ['Content-Location', 'b', '/b', false],
    ['Location', 'https://elsewhere.example/b', '/b', true],
    ['Location', 'http://%%%', '/b', true],
  ])('that names another URL in %s: %s', async (name, value, path, isLeft) => {
    const site = await shop((response) => response.set(name, value).status(201).end())
    await site.get(path)
    await site.send('POST', '/a')
    expect((await site.get(path)).trace.includes('hit')).toBe(isLeft)
  })

  it.each([
    ['a.example:80', '/x', '/x'],
    ['a.example:443', '/x', '/x'],
    ['a.example', '/x', 'http://A.EXAMPLE:80/x'],
    ['a.example:80', '/x', 'http://a.example/x'],
    ['exa%6dple.test', '/x', '/x'],
    ['a.example', "/x?q='1'", "/x?q='1'"],
    ['a.example', '/x?q=%271%27', "/x?q='1'"],
    ['a.example', '/x{1}', '/x{1}'],
    ['a.example', '/x"', '/x"'],
    ['a.example', '/x?', '/x?'],
    ['a.example', '/%7ex/%c3%a4', '/~x/%C3%A4'],
    ['a.example', '/a//b', '/c/../a//./b'],
  ])('at %s lets go of %s, which it calls %s', async (host, path, location) => {
    const site = await shop((response) => response.writeHead(201, { Location: location }).end())
    await site.get(path, { host })
    await site.get('/other', { host })
    expect((await site.get(path, { host })).trace).toContain('hit')
    await site.send('POST', '/a', { host })
    expect((await site.get(path, { host })).trace).toContain('fwd')
    expect((await site.get('/other', { host })).trace).toContain('hit')
  })

  it('does not make one response of two hosts that differ in a port', async () => {
    const site = await shop((response) => response.sendStatus(204))
    await site.get('/a', { host: 'a.example:80' })
    // An application may make links of its Host.
    expect((await site.get('/a', { host: 'a.example' })).trace).toContain('fwd=uri-miss')
  })

  it('raises one fence where it names one URL without a query', async () => {
    const names: string[][] = []
    const site = await serveCached(
      way,
      (app) => void app.post('/*path', (_, response) => response.redirect(303, '/a')),
      {
        tiered: {
          onEvent: (event) => {
            if (event.type === 'invalidated') names.push([...event.groups])
          },
        },
      },
    )
    await site.send('POST', '/a')
    await site.send('POST', '/a?x=1')
    // Each is told twice: when it is done here, and when the log has it.
    const told = [...new Set(names.map((groups) => groups.join()))].map((groups) => groups.split(','))
    expect(told.map(({ length }) => length)).toEqual([1, 3])
    expect(told[1]).toContain(told[0]?.[0])
  })

  it('lets go of the groups that it names, of its own host alone', async () => {
    const site = await shop(
      (response) => response.set('Cache-Group-Invalidation', '"red things"').status(500).end(),
      {
        'Cache-Groups': '"red things", "other"',
      },
    )
    const here = { host: 'a.example' }
    const there = { host: 'b.example' }
    await site.get('/x', here)
    await site.get('/x', there)
    await site.send('POST', '/a', here)
    expect((await site.get('/x', here)).trace).toContain('fwd')
    expect((await site.get('/x', there)).trace).toContain('hit')
  })

  it('lets go of what is stored under any query that a rule makes equal', async () => {
    const site = await shop((response) => response.sendStatus(204), { 'No-Vary-Search': 'params=("utm")' })
    await site.get('/a?q=1&utm=1')
    expect((await site.get('/a?q=1&utm=2')).trace).toContain('hit')
    await site.send('POST', '/a?q=1&utm=3')
    expect((await site.get('/a?q=1&utm=2')).trace).toContain('fwd')
  })

  it('to the path alone lets go of what is stored under a rule for its queries', async () => {
    const site = await shop((response) => response.sendStatus(204), { 'No-Vary-Search': 'params=("utm")' })
    await site.get('/a?q=1&utm=1')
    await site.send('POST', '/a')
    expect((await site.get('/a?q=1&utm=2')).trace).toContain('fwd')
  })

  it('lets go of it under a Host that makes no URL', async () => {
    const site = await shop((response) => response.sendStatus(204))
    const odd = { host: 'a..b:99999999' }
    await site.get('/a', odd)
    expect((await site.get('/a', odd)).trace).toContain('hit')
    await site.send('POST', '/a', odd)
    expect((await site.get('/a', odd)).trace).toContain('fwd')
  })

  it('overtakes what is on its way', async () => {
    const gate = new Gate()
    let price = 1
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        const read = price
        if (read === 1) await gate.passed
        response.set('Cache-Control', FRESH).json({ price: read })
      })
      app.put('/a', (_, response) => {
        price = 2
        response.sendStatus(204)
      })
    })
    const slow = site.get('/a')
    await waitUntil(() => site.calls === 1, 'the read')
    await site.send('PUT', '/a')
    gate.open()
    expect((await slow).body).toBe('{"price":1}')
    expect((await site.get('/a')).body).toBe('{"price":2}')
    expect((await site.get('/a')).trace).toContain('hit')
  })

  it('of whose answer the client saw nothing counts as well', async () => {
    const site = await shop((response) => {
      response.req.socket.destroy()
      setImmediate(() => response.json({ done: true }))
    })
    await site.get('/a')
    await site.send('POST', '/a').catch(() => {})
    await waitUntil(async () => !(await site.get('/a')).trace.includes('hit'), 'it to be let go of')
  })
})
