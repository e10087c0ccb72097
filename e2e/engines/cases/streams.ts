import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'
import type { Kit } from '../kit.ts'
import { gate } from './versions.ts'

const LARGE_BYTES = 4_000_000

/** Stores a large body and reads it from there; tells how many bytes it had, and in how many pieces they came. */
async function readLarge({ call, origin, store }: Kit): Promise<readonly [bytes: number, pieces: number]> {
  const body = Buffer.alloc(LARGE_BYTES, 'thermocline ').toString()
  origin.says('/large', body, { 'Cache-Control': 'max-age=600' })
  await store('/large')
  origin.forget()
  const read = await call(async () => {
    let [bytes, pieces] = [0, 0]
    const reader = (await fetch('/large')).body?.getReader()
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return [bytes, pieces] as const
      bytes += value?.byteLength ?? 0
      pieces += 1
    }
  })
  assert.equal(origin.visits('/large').length, 0)
  return read
}

const CASES: readonly Case[] = [
  {
    name: 'a miss reaches the page while it arrives, and is stored',
    async run({ ask, call, origin, settled }) {
      const { open, opened } = gate()
      origin.route('/stream', async (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=600' })
        // Browsers hold back the first kilobyte of a type that they might have to guess.
        response.write('first'.padEnd(2_000))
        await opened
        response.end('last')
      })
      const first = await call(async () => {
        const reader = (await fetch('/stream')).body?.getReader()
        Object.assign(globalThis, { reader })
        return new TextDecoder().decode((await reader?.read())?.value).trim()
      })
      assert.equal(first, 'first')
      open()
      await call(async () => {
        const { reader } = globalThis as unknown as { reader: ReadableStreamDefaultReader }
        while (!(await reader.read()).done);
      })
      await settled()
      origin.forget()
      assert.match((await ask('/stream')).body, /^first\s+last$/)
      assert.equal(origin.visits('/stream').length, 0)
    },
  },
  {
    name: 'a large body comes whole from the store',
    async run(kit) {
      const [bytes] = await readLarge(kit)
      assert.equal(bytes, LARGE_BYTES)
    },
  },
  {
    name: 'a large body begins to come from the store before all of it is read',
    lacks: { webkit: 'Cache Storage hands over a body in one piece.' },
    async run(kit) {
      const [, pieces] = await readLarge(kit)
      assert(pieces > 1, 'It came in one piece.')
    },
  },
  {
    name: 'a body that the page stops reading is not stored as if it were whole',
    async run({ ask, call, origin, settled }) {
      const { open, opened } = gate()
      origin.route('/left', async (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=600' })
        response.write('first'.padEnd(2_000))
        await opened
        response.end('last')
      })
      await call(async () => {
        const reader = (await fetch('/left')).body?.getReader()
        await reader?.read()
        await reader?.cancel()
      })
      open()
      await settled()
      assert.match((await ask('/left')).body, /^first\s+last$/)
    },
  },
  {
    name: 'a body that breaks off is not stored',
    async run({ ask, origin, store }) {
      let isBroken = true
      origin.route('/broken', (_request, response) => {
        response.writeHead(200, { 'Cache-Control': 'max-age=600', 'Content-Length': '10' })
        if (isBroken) response.write('half', () => response.destroy())
        else response.end('all of it!')
      })
      assert.equal((await store('/broken')).status, 0)
      isBroken = false
      assert.equal((await ask('/broken')).body, 'all of it!')
    },
  },
  {
    name: 'a body that is too large is passed on, and not stored',
    prelude: 'self.__THERMOCLINE__ = { maxBytes: 40_000 };',
    async run({ ask, origin, store }) {
      origin.route('/huge', (_request, response) => {
        response.writeHead(200, { 'Cache-Control': 'max-age=600' })
        // Without a length, so that it shows only while it arrives.
        for (let piece = 0; piece < 20; piece += 1) response.write('x'.repeat(1_000))
        response.end()
      })
      assert.equal((await store('/huge')).body.length, 20_000)
      assert.equal((await ask('/huge')).body.length, 20_000)
      assert.equal(origin.visits('/huge').length, 2)
    },
  },
  {
    name: 'an event stream is the browser’s own',
    async run({ call, origin }) {
      let events = 0
      origin.route('/events', (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'max-age=600' })
        response.write(`data: event ${(events += 1)}\n\n`)
      })
      const listen = async (): Promise<unknown> =>
        await call(
          () =>
            new Promise((resolve) => {
              const source = new EventSource('/events')
              source.addEventListener('message', ({ data }) => {
                source.close()
                resolve(data)
              })
            }),
        )
      assert.equal(await listen(), 'event 1')
      assert.equal(await listen(), 'event 2')
    },
  },
  {
    name: 'an upload arrives whole',
    async run({ call, origin }) {
      origin.route('/upload', (_request, response) => void response.writeHead(201).end())
      const status = await call(async (bytes) => {
        const form = new FormData()
        form.append('file', new Blob([new Uint8Array(bytes)]), 'large.bin')
        return (await fetch('/upload', { method: 'POST', body: form })).status
      }, LARGE_BYTES)
      assert.equal(status, 201)
      const [visit] = origin.visits('/upload')
      assert(visit !== undefined && visit.bodyBytes > LARGE_BYTES)
    },
  },
]

export const STREAMS: Subject = { subject: 'streams and bodies', cases: CASES }
