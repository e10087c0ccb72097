import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { GET, behind, cleanup } from '../../test/support/behind-forwarder.ts'
import { freePort } from '../../test/support/free-port.ts'
import { RawClient, rawExchange } from '../../test/support/raw-http.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

describe('connections to the origin', () => {
  it('are used again', async () => {
    const ports = new Set<number | undefined>()
    const { url } = await behind((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    for (let index = 0; index < 5; index += 1) await (await fetch(url)).text()
    expect(ports.size).toBe(1)
  })

  it('end when the client goes away', async () => {
    const events: string[] = []
    const { url } = await behind((_, response) => {
      response.write('a')
      events.push('asked')
      response.on('close', () => events.push('aborted'))
    })
    const client = await RawClient.open(url)
    await client.send(...GET()).until('a')
    client.close()
    await waitUntil(() => events.includes('aborted'), 'the origin to hear of it')
  })

  it('that break in the middle of a body cut the client off, with a length and in chunks', async () => {
    let breakOff = (): void => {}
    const { url, failures } = await behind((request, response) => {
      if (request.url === '/length') response.setHeader('Content-Length', '100')
      response.write('half')
      breakOff = () => response.destroy()
    })
    for (const [path, end] of [
      ['/length', /half$/],
      ['/chunks', /4\r\nhalf\r\n$/],
    ] as const) {
      const client = await RawClient.open(url)
      await client.send(...GET(path)).until('half')
      breakOff()
      expect(await client.closed()).toMatch(end)
    }
    const answer = await fetch(url)
    breakOff()
    await expect(answer.text()).rejects.toThrow('terminated')
    expect(failures.map(({ type }) => type)).toEqual(['broken', 'broken', 'broken'])
  })
})

describe('an origin that falls silent in the middle of a body', () => {
  it('cuts the client off after `bodyTimeoutMs`', async () => {
    const { url, failures } = await behind((_, response) => response.write('half'), { bodyTimeoutMs: 50 })
    expect(await rawExchange(url, ...GET())).toMatch(/half\r\n$/)
    expect(failures.map(({ type }) => type)).toEqual(['broken'])
  })
})

describe('an origin that gives no answer', () => {
  it('is answered for with 502 that says nothing about it, and marked as unreachable', async () => {
    const port = await freePort()
    const { url, failures, unreachable } = await behind(`http://127.0.0.1:${port}`)
    const answer = await fetch(url, { method: 'POST', body: 'x' })
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('content-type')]).toEqual([
      502,
      'no-store',
      'text/plain; charset=utf-8',
    ])
    expect(await answer.text()).not.toMatch(new RegExp(`${port}|127|ECONN`))
    expect(unreachable).toEqual([true])
    expect(failures).toMatchObject([{ type: 'unreachable', method: 'POST' }])
  })

  it.each([
    ['closes at once', ''],
    ['closes inside the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n'],
    [
      'contradicts itself',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('because it %s is answered for with 502', async (_, bytes) => {
    const origin = createServer().on('connection', (socket) => socket.end(bytes, 'latin1'))
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    cleanup.push(() => origin.close())
    const { port } = origin.address() as { port: number }
    const { url, unreachable } = await behind(`http://127.0.0.1:${port}`)
    expect((await fetch(url)).status).toBe(502)
    expect(unreachable).toEqual([true])
  })

  it('in time is answered for with 504', async () => {
    const { url, unreachable, failures } = await behind(() => {}, { timeoutMs: 50 })
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([504, 'no-store'])
    expect(unreachable).toEqual([true])
    expect(failures.map(({ type }) => type)).toEqual(['timeout'])
  })

  it('is not blamed for an error that it sent itself', async () => {
    const { url, unreachable } = await behind((_, response) => response.writeHead(503).end())
    expect((await fetch(url)).status).toBe(503)
    expect(unreachable).toEqual([false])
  })
})

describe('a connection that the origin closed while it was idle', () => {
  // Closes without an answer the second time that a connection is used: what a race with a keep-alive timeout looks like.
  async function flaky() {
    const served = new WeakSet()
    const seen: string[] = []
    const { url } = await behind((request, response) => {
      seen.push(request.method ?? '')
      if (served.has(request.socket)) request.socket.destroy()
      else response.end('ok')
      served.add(request.socket)
    })
    await (await fetch(url)).text()
    seen.length = 0
    return { url, seen }
  }

  it('costs nothing where the method is idempotent', async () => {
    const { url, seen } = await flaky()
    expect((await fetch(url)).status).toBe(200)
    expect(seen).toEqual(['GET', 'GET'])
  })

  it('is an error where it is not, or where there is a body', async () => {
    const { url, seen } = await flaky()
    expect((await fetch(url, { method: 'POST' })).status).toBe(502)
    await (await fetch(url)).text()
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(502)
    expect(seen).toEqual(['POST', 'GET', 'PUT'])
  })
})

describe('closing', () => {
  it('lets what runs finish, and answers 503 to what comes', async () => {
    let finish = (): void => {}
    const { url, forwarder } = await behind((_, response) => {
      response.write('a')
      finish = () => response.end('b')
    })
    const running = await fetch(url)
    const closed = forwarder.close()
    expect((await fetch(url)).status).toBe(503)
    finish()
    expect(await running.text()).toBe('ab')
    await closed
  })

  it('cuts off what takes longer than it may', async () => {
    const { url, forwarder } = await behind((_, response) => response.write('a'))
    const running = await fetch(url)
    await forwarder.close(20)
    await expect(running.text()).rejects.toThrow('terminated')
  })
})
