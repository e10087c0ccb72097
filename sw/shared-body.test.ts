import { describe, expect, it } from 'vitest'
import { SharedBody } from './shared-body.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A source whose chunks a test sends one by one, and which tells when it was let go. */
function source() {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  const state = { isCancelled: false }
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (created) => {
        controller = created
      },
      cancel: () => {
        state.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    state,
    send: (text: string) => controller?.enqueue(bytes(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error('connection lost')),
  }
}

const text = (stream: ReadableStream) => new Response(stream).text()

describe('a shared body', () => {
  it('goes whole to the page, to storage and to whoever joins midway', async () => {
    const origin = source()
    const body = new SharedBody(origin.stream)
    const stored = text(body.follow(1_000))
    const reader = body.open().getReader()
    origin.send('one ')
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('one ')
    const joined = text(body.open())
    origin.send('two')
    origin.end()
    expect(await joined).toBe('one two')
    expect(await stored).toBe('one two')
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('two')
    expect((await reader.read()).done).toBe(true)
    expect(body.bytes).toBe(7)
  })

  it('is read no faster than the pages read it', async () => {
    let reads = 0
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: (controller) => {
          reads += 1
          controller.enqueue(bytes('x'))
        },
      },
      { highWaterMark: 0 },
    )
    const body = new SharedBody(endless)
    const storage = body.follow(1_000).getReader()
    const page = body.open().getReader()
    expect(reads).toBe(0)
    await page.read()
    await page.read()
    await storage.read()
    await storage.read()
    expect(reads).toBe(2)
  })

  it('is let go when all pages have left, and then not stored', async () => {
    const origin = source()
    const body = new SharedBody(origin.stream)
    const stored = text(body.follow(1_000))
    const [first, second] = [body.open(), body.open()]
    await first.cancel()
    expect(origin.state.isCancelled).toBe(false)
    await second.cancel()
    expect(origin.state.isCancelled).toBe(true)
    await expect(stored).rejects.toBeUndefined()
    expect(body.isJoinable).toBe(false)
  })

  it('that breaks off breaks off for all', async () => {
    const origin = source()
    const body = new SharedBody(origin.stream)
    const stored = text(body.follow(1_000))
    const page = text(body.open())
    origin.send('half')
    origin.fail()
    await expect(page).rejects.toThrow('connection lost')
    await expect(stored).rejects.toThrow('connection lost')
  })

  it('too large to store goes to the page alone', async () => {
    const origin = source()
    const body = new SharedBody(origin.stream)
    const stored = text(body.follow(5))
    const page = text(body.open())
    origin.send('123')
    origin.send('456')
    origin.end()
    await expect(stored).rejects.toThrow('The response is too large to store.')
    expect(await page).toBe('123456')
  })

  it('can be joined only while its beginning is kept', async () => {
    const origin = source()
    const body = new SharedBody(origin.stream)
    const reader = body.open().getReader()
    const megabyte = 'x'.repeat(1_048_576)
    for (const part of [megabyte, megabyte]) {
      const read = reader.read()
      origin.send(part)
      await read
    }
    expect(body.isJoinable).toBe(false)
  })
})
