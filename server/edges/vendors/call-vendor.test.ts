import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { serve } from '../../../test/support/serve.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { EdgeFailure } from '../edge-purger.ts'
import { callVendor } from './call-vendor.ts'

const never = new AbortController().signal
let closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.map(async (close) => close()))
  closing = []
})

async function listening(listener: RequestListener): Promise<string> {
  const { url, close } = await serve(listener)
  closing.push(close)
  return url
}

async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error as Error,
  )
}

describe('a call of an API', () => {
  it('is a POST with its fields and its body, and gives what comes back', async () => {
    const seen: unknown[] = []
    const url = await listening((request, response) => {
      const { method, headers } = request
      seen.push([method, headers['x-a'], headers['content-length']])
      response.writeHead(418, { 'x-b': '2' }).end('short and stout')
    })
    const { status, fields, text } = await callVendor(
      'cdn',
      { url, fields: { 'x-a': '1' }, body: 'ä' },
      never,
    )
    expect([status, fields.get('x-b'), text]).toEqual([418, '2', 'short and stout'])
    await callVendor('cdn', { url, fields: {} }, never)
    expect(seen).toEqual([
      ['POST', '1', '2'],
      ['POST', undefined, '0'],
    ])
  })

  it('reads the beginning of an answer without end, and lets go of the rest', async () => {
    let isClosed = false
    const url = await listening((_, response) => {
      const more = (): void => void (response.write('ä'.repeat(10_000)) && setImmediate(more))
      response.on('drain', more).on('close', () => (isClosed = true))
      more()
    })
    const { text } = await callVendor('cdn', { url, fields: {} }, never)
    expect(Buffer.byteLength(text)).toBe(65_536)
    await waitUntil(() => isClosed, 'the connection to be closed')
  })

  it('leaves its connection to the next', async () => {
    const ports = new Set<unknown>()
    const url = await listening((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('x'.repeat(60_000))
    })
    for (let i = 0; i < 5; i++) await callVendor('cdn', { url, fields: {} }, never)
    // The next may set out a moment before the last one's connection is free.
    expect(ports.size).toBeLessThan(5)
  })

  it('tells by what it could not reach it', async () => {
    const url = await listening(() => {})
    await closing.pop()?.()
    const failure = await failureOf(callVendor('cdn', { url, fields: {} }, never))
    expect(failure).toBeInstanceOf(EdgeFailure)
    expect(failure).toMatchObject({
      message: 'cdn could not be reached (ECONNREFUSED). It can be asked again.',
      isFinal: false,
      status: undefined,
    })
  })

  it('shows no field that it could not send', async () => {
    const fields = { authorization: 'Bearer of\nsecrets' }
    const failure = await failureOf(callVendor('cdn', { url: 'http://127.0.0.1:9/', fields }, never))
    expect(failure.message).toBe('cdn could not be reached (no connection). It can be asked again.')
  })

  it('ends with its signal, also within the answer', async () => {
    const controller = new AbortController()
    const url = await listening((_, response) => {
      response.write('the beginning', () => controller.abort(new Error('enough')))
    })
    const call = callVendor('cdn', { url, fields: {} }, controller.signal)
    expect(await failureOf(call)).toMatchObject({ message: 'enough' })
  })

  it('fails where the answer ends before its end', async () => {
    const url = await listening((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy())
    })
    expect(await failureOf(callVendor('cdn', { url, fields: {} }, never))).toBeInstanceOf(EdgeFailure)
  })
})
