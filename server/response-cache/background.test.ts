import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, pipeline } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { WAYS, afterwards, ask, serveCached } from '../../test/support/cached-app.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { backgroundExchange } from './background.ts'

const WINDOW = 'public, max-age=60, stale-while-revalidate=600'

/** What a real request, and then one in the background, show of themselves to a handler. */
async function both<T>(
  look: (request: IncomingMessage, response: ServerResponse) => Promise<T> | T,
): Promise<[T, T]> {
  const seen: T[] = []
  const { url, close } = await serve((request, response) => {
    const exchange = backgroundExchange(request)
    void (async () => {
      seen.push(await look(request, response))
      seen.push(await look(exchange.request, exchange.response))
      response.destroy()
    })()
  })
  afterwards(close)
  await ask(url, 'GET', '/').catch(() => {})
  await waitUntil(() => seen.length === 2, 'both')
  return seen as [T, T]
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a response in the background is like one of a Node server', () => {
  it('when it ends: it closes, and what is written then is late and no error', async () => {
    const look = async (request: IncomingMessage, response: ServerResponse) => {
      const events: string[] = []
      const errors: unknown[] = []
      for (const name of ['finish', 'close']) response.on(name, () => events.push(`response ${name}`))
      for (const name of ['aborted', 'close']) request.on(name, () => events.push(`request ${name}`))
      response.on('error', (error) => errors.push(error))
      response.end('done')
      await waitUntil(() => events.length === 3, 'it to close')
      const late = await new Promise((resolve) => void response.write('late', resolve))
      await nextTurn()
      const { destroyed, closed, writableFinished, socket } = response
      const { code } = late as NodeJS.ErrnoException
      return { events: events.toSorted(), errors, code, destroyed, closed, writableFinished, socket }
    }
    const [real, background] = await both(look)
    expect(background).toEqual(real)
    expect(background).toMatchObject({ destroyed: true, errors: [] })
  })

  it('when it is broken off: both sides close, and the error goes no further', async () => {
    const look = async (request: IncomingMessage, response: ServerResponse) => {
      const events: string[] = []
      response.on('close', () => events.push('response'))
      request.on('aborted', () => events.push('aborted')).on('close', () => events.push('request'))
      response.write('some')
      response.destroy(new Error('the disk is gone'))
      await waitUntil(() => events.includes('response') && events.includes('request'), 'it to close')
      return { events: events.toSorted(), destroyed: response.destroyed, finished: response.writableFinished }
    }
    const [background, real] = (await both(look)).toReversed()
    expect(background).toEqual(real)
  })

  it('when it times out: those who listen decide, or else it closes', async () => {
    const look = async (_: IncomingMessage, response: ServerResponse) => {
      response.setTimeout(5)
      const [socket] = (await once(response, 'timeout')) as [unknown]
      const isOwn = socket === response.socket
      const isLeft = !response.destroyed
      // Nobody listens for this one.
      response.setTimeout(5)
      await once(response, 'close')
      return { isOwn, isLeft }
    }
    const [background, real] = (await both(look)).toReversed()
    expect(background).toEqual(real)
  })

  it('in what its socket tells', async () => {
    const look = ({ socket }: IncomingMessage) => {
      const { remoteAddress, remotePort, localPort, localFamily, connecting, pending } = socket
      const types = [typeof socket.bytesRead, typeof socket.bytesWritten, typeof socket.destroySoon]
      const chained = socket.setNoDelay().setKeepAlive().ref().unref() === socket
      const address = socket.address() as AddressInfo
      return {
        remoteAddress,
        remotePort,
        localPort,
        localFamily,
        connecting,
        pending,
        types,
        chained,
        address,
      }
    }
    const [real, background] = await both(look)
    expect(background).toEqual(real)
  })

  it('when its socket is told to close soon', async () => {
    const { request, response } = backgroundExchange(asked())
    response.write('x')
    request.socket.destroySoon()
    await once(response, 'close')
    expect(request.socket.bytesWritten).toBeGreaterThan(0)
    response.end('more')
  })

  it('to a source that is always ready: it leaves a turn to others', async () => {
    const { response } = backgroundExchange(asked())
    let isOver = false
    const source = new Readable({
      read() {
        this.push(isOver ? null : 'x'.repeat(1_000))
      },
    })
    setImmediate(() => (isOver = true))
    pipeline(source, response, () => {})
    await once(response, 'close')
    expect(isOver).toBe(true)
  })

  it('where nothing is known of a connection', () => {
    expect(backgroundExchange(asked()).request.socket.address()).toEqual({})
  })
})

/** A request whose client has gone, so that nothing is known of its connection. */
function asked(): IncomingMessage {
  return { url: '/', headers: {}, rawHeaders: [], socket: {} } as unknown as IncomingMessage
}

describe.each(WAYS)('through %s, a refresh in the background', (way) => {
  it.each([4_000_000, 40_000])(
    'by a stream of 100,000 bytes ends, where %d may be kept',
    async (maxBodyBytes) => {
      let isDone = 0
      const site = await serveCached(
        way,
        (app) => {
          app.get('/a', (_, response) => {
            const body = site.calls === 1 ? ['small'] : Array<string>(5).fill('x'.repeat(20_000))
            response.set('Cache-Control', WINDOW)
            pipeline(Readable.from(body), response, (error) => (isDone += error ? 100 : 1))
          })
        },
        { response: { maxBodyBytes } },
      )
      await site.get('/a')
      site.clock.forward(70)
      expect((await site.get('/a')).body).toBe('small')
      await waitUntil(() => isDone === 2, 'its end')
    },
  )

  it('whose source fails costs nothing but the refresh', async () => {
    let isBroken = false
    const failures: unknown[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set('Cache-Control', WINDOW)
        const source = Readable.from(
          (async function* () {
            yield `call ${site.calls}`
            if (isBroken) throw new Error('the disk is gone')
          })(),
        )
        pipeline(source, response, (error) => error && failures.push(error.message))
      })
    })
    await site.get('/a')
    isBroken = true
    site.clock.forward(70)
    expect((await site.get('/a')).body).toBe('call 1')
    await waitUntil(() => failures.length === 1, 'the failure')
    isBroken = false
    await waitUntil(async () => (await site.get('/a')).headers.age === '0', 'another refresh')
    expect(failures).toEqual(['the disk is gone'])
  })

  it('closes like any other, so that what is counted by it comes out even', async () => {
    let open = 0
    const site = await serveCached(way, (app) => {
      app.use((_request, response, next) => {
        open += 1
        response.once('close', () => (open -= 1))
        next()
      })
      app.get('/a', (_, response) => void response.set('Cache-Control', WINDOW).send('x'))
    })
    for (let round = 1; round <= 4; round += 1) {
      await site.get('/a')
      await waitUntil(() => site.calls === round && open === 0, 'all to be closed')
      site.clock.forward(70)
    }
  })
})
