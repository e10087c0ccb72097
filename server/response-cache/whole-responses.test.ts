import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { Readable, pipeline } from 'node:stream'
import type { Response } from 'express'
import { describe, expect, it } from 'vitest'
import { Gate, WAYS, serveCached } from '../../test/support/cached-app.ts'
import { RawClient } from '../../test/support/raw-http.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const FRESH = { 'Cache-Control': 'public, max-age=60' }

describe.each(WAYS)('through %s, a response is never half stored', (way) => {
  it.each<[string, (response: Response) => unknown]>([
    ['destroyed', (response) => response.destroy()],
    ['destroyed with an error', (response) => response.destroy(new Error('broken'))],
    ['cut off at its socket', (response) => response.socket?.destroy()],
    ['destroyed and then ended', (response) => response.destroy().end()],
    [
      'cut off and ended when it noticed',
      (response) => {
        response.on('close', () => response.end())
        response.socket?.destroy()
      },
    ],
  ])('when it is %s in the middle', async (_, breakOff) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => {
        response.set(FRESH).write('half')
        if (site.calls === 1) setImmediate(() => breakOff(response))
        else response.end(' and half')
      })
    })
    await expect(site.get('/a')).rejects.toThrow()
    await expect(site.get('/a')).resolves.toMatchObject({ body: 'half and half' })
    expect(site.calls).toBe(2)
    expect((await site.get('/a')).trace).toContain('hit')
  })

  it('when an error comes after its head', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set(FRESH).write('half')
        if (site.calls === 1) throw new Error('broken')
        response.end(' and half')
      })
    })
    await expect(site.get('/a')).rejects.toThrow()
    expect((await site.get('/a')).body).toBe('half and half')
  })

  it('when an error comes after the head of what a client has already', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set({ ...FRESH, ETag: '"v1"' }).write('half')
        if (site.calls === 1) throw new Error('broken')
        response.end(' and half')
      })
    })
    await site.get('/a', { 'if-none-match': '"v1"' }).catch(() => {})
    expect((await site.get('/a')).body).toBe('half and half')
  })

  it.each([
    ['shorter', '20'],
    ['longer', '5'],
  ])('when it is %s than it said', async (_, length) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => {
        if (site.calls > 1) {
          response.set(FRESH).send('whole')
          return
        }
        response.writeHead(200, { ...FRESH, 'Content-Length': length })
        response.end('not quite')
        setImmediate(() => response.socket?.destroy())
      })
    })
    await site.get('/a').catch(() => {})
    expect((await site.get('/a')).body).toBe('whole')
  })

  it('when the client goes away in the middle of it', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        response.set(FRESH).write('half')
        if (site.calls === 1) {
          await once(response, 'close')
          gate.open()
          response.end()
        } else response.end(' and half')
      })
    })
    const client = await RawClient.open(site.url)
    client.send('GET /a HTTP/1.1', 'Host: x', '', '')
    await client.until('half')
    client.close()
    await gate.passed
    expect(await site.get('/a', { host: 'x' })).toMatchObject({ body: 'half and half' })
  })

  it.each([
    ['says so', true],
    ['does not say so', false],
  ])('nor kept when it is longer than what is kept, and %s', async (_, isDeclared) => {
    const site = await serveCached(
      way,
      (app) => {
        app.get('/a', (_request, response) => {
          response.set(FRESH)
          if (isDeclared) response.set('Content-Length', '3000')
          for (let part = 0; part < 3; part += 1) response.write('x'.repeat(1_000))
          response.end()
        })
      },
      { response: { maxBodyBytes: 2_000 } },
    )
    expect((await site.get('/a')).bytes).toHaveLength(3_000)
    const second = await site.get('/a')
    expect(second.bytes).toHaveLength(3_000)
    expect(second.trace.includes('body-too-large')).toBe(isDeclared)
    expect(site.calls).toBe(2)
  })
})

describe.each(WAYS)('through %s, those who wait for somebody else', (way) => {
  it('get their answer by one more call when that one goes away', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        const isFirst = site.calls === 1
        if (isFirst) await once(response, 'close')
        else await gate.passed
        if (!isFirst) response.set(FRESH).send('here')
      })
    })
    const leader = httpRequest(`${site.url}/a`).on('error', () => {})
    leader.end()
    await waitUntil(() => site.calls === 1, 'the first request')
    const followers = Array.from({ length: 5 }, () => site.get('/a'))
    await waitUntil(() => site.arrivals === 6, 'all of them')
    leader.destroy()
    await waitUntil(() => site.calls === 2, 'the next call')
    gate.open()
    expect((await Promise.all(followers)).map(({ body }) => body)).toEqual(Array(5).fill('here'))
    expect(site.calls).toBe(2)
  })

  it('and go away themselves leave nothing behind', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        if (site.calls === 2) {
          await gate.passed
          response.sendStatus(503)
        } else response.set(FRESH).send('here')
      })
    })
    await site.get('/a')
    site.clock.forward(61)
    const leader = site.get('/a')
    await waitUntil(() => site.calls === 2, 'the validation')
    const follower = httpRequest(`${site.url}/a`).on('error', () => {})
    follower.end()
    await waitUntil(() => site.arrivals === 3, 'the second')
    follower.destroy()
    // What comes now comes after the server has seen that the second has gone.
    await site.get('/none')
    gate.open()
    expect((await leader).status).toBe(503)
    await site.get('/none')
    // Nobody is there who could be answered, so nobody was asked.
    expect(site.calls).toBe(4)
    expect((await site.get('/a')).body).toBe('here')
  })
})

describe.each(WAYS)('through %s, a stream', (way) => {
  it.each<[string, (response: Response) => void]>([
    ['piped', (response) => void Readable.from(['one ', 'two ', 'three']).pipe(response)],
    [
      'piped by pipeline',
      (response) => void pipeline(Readable.from(['one ', 'two ', 'three']), response, () => {}),
    ],
    [
      'written in pieces',
      (response) => {
        response.write('one ')
        response.write(Buffer.from('two '))
        setImmediate(() => response.end('three'))
      },
    ],
    [
      'in another encoding',
      (response) => {
        response.write(Buffer.from('one ').toString('hex'), 'hex')
        response.write(Buffer.from('two ').toString('base64'), 'base64')
        response.end(new Uint8Array(Buffer.from('three')))
      },
    ],
  ])('that is %s passes and is kept whole', async (_, write) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => write(response.set(FRESH)))
    })
    const first = await site.get('/a')
    expect(first.body).toBe('one two three')
    expect(first.headers['transfer-encoding']).toBe('chunked')
    const second = await site.get('/a')
    expect(second).toMatchObject({ body: 'one two three', headers: { 'content-length': '13' } })
    expect(second.headers['transfer-encoding']).toBeUndefined()
    expect(site.calls).toBe(1)
  })

  it('whose handler uses one buffer for all of its parts is kept as it was sent', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        const part = Buffer.alloc(4)
        response.set(FRESH)
        for (const text of ['one ', 'two ', 'end.']) {
          part.write(text)
          await new Promise((resolve) => response.write(part, resolve))
        }
        response.end()
      })
    })
    expect((await site.get('/a')).body).toBe('one two end.')
    expect(await site.get('/a')).toMatchObject({
      body: 'one two end.',
      trace: expect.stringContaining('hit'),
    })
  })

  it('of which the client has a copy already is read to its end, and kept', async () => {
    let error: unknown = 'none yet'
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        const parts = Array.from({ length: 100 }, () => 'x'.repeat(10_000))
        response.set({ ...FRESH, ETag: '"v1"' })
        pipeline(Readable.from(parts), response, (problem) => (error = problem))
      })
      app.get('/file', (_, response) => response.sendFile(import.meta.filename, { maxAge: '1m', etag: true }))
    })
    expect(await site.get('/a', { 'if-none-match': '"v1"' })).toMatchObject({ status: 304, body: '' })
    await waitUntil(() => error !== 'none yet', 'the end of the pipeline')
    expect(error).toBeUndefined()
    expect((await site.get('/a')).bytes).toHaveLength(1_000_000)
    expect(await site.get('/file', { 'if-none-match': '*' })).toMatchObject({ status: 304, body: '' })
    expect(await site.get('/file')).toMatchObject({ status: 200, trace: expect.stringContaining('hit') })
    expect(site.calls).toBe(2)
  })

  it('of events comes as it is made, to everyone', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/events', async (_, response) => {
        response.writeHead(200, { ...FRESH, 'Content-Type': 'text/event-stream' })
        response.write('data: first\n\n')
        await gate.passed
        response.end('data: last\n\n')
      })
    })
    const clients = [await RawClient.open(site.url), await RawClient.open(site.url)]
    for (const client of clients) client.send('GET /events HTTP/1.1', 'Host: x', 'Connection: close', '', '')
    for (const client of clients) expect(await client.until('first')).not.toContain('last')
    gate.open()
    for (const client of clients) expect(await client.closed()).toContain('data: last')
    expect(site.calls).toBe(2)
  })

  it('that is slow begins at once', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/flushed', async (_, response) => {
        response.set(FRESH).flushHeaders()
        await gate.passed
        response.end('done')
      })
    })
    const client = await RawClient.open(site.url)
    client.send('GET /flushed HTTP/1.1', 'Host: x', 'Connection: close', '', '')
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    gate.open()
    expect(await client.closed()).toContain('done')
    expect((await site.get('/flushed', { host: 'x' })).trace).toContain('hit')
  })
})
