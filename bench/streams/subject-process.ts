// One process with open streams: `subject-process.ts thermocline REDIS_URL`, or `plain`, the least that can be done.
import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import express from 'express'
import { Redis } from 'ioredis'
import { createTieredCache, invalidationStream } from '../../server/index.ts'
import type { Answer, Question } from './messages.ts'

const [kind, redisUrl = ''] = process.argv.slice(2)
const tell = (answer: Answer) => process.send?.(answer)
const nowMs = () => performance.timeOrigin + performance.now()
const subject = kind === 'plain' ? openPlain() : await openThermocline()
let marks = 0

subject.server.listen(0, '127.0.0.1')
await once(subject.server, 'listening')
tell({ type: 'listening', port: (subject.server.address() as AddressInfo).port })

process.on('message', (question: Question) => void answer(question))
// One that dies without a word would be waited for by those that come after it.
process.once('disconnect', () => void subject.close().then(() => process.exit(0)))

async function answer(question: Question): Promise<void> {
  if (question === 'invalidate') {
    marks += 1
    const mark = `mark-${marks}-end`
    const atMs = nowMs()
    await subject.invalidate(mark)
    tell({ type: 'invalidated', atMs, mark })
    return
  }
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.()
    await turn()
  }
  const { heapUsed, rss } = process.memoryUsage()
  tell({ type: 'memory', connections: subject.connections(), heapBytes: heapUsed, rssBytes: rss })
}

async function openThermocline() {
  const redis = new Redis(redisUrl)
  const cache = createTieredCache({ redis })
  if (!(await cache.ready(30_000))) throw new Error('Redis was not in use in time.')
  const stream = invalidationStream({ cache })
  const server = createServer(express().get('/', stream.handler))
  return {
    server,
    connections: () => stream.connections,
    close: () => cache.close(),
    invalidate: async (group: string): Promise<unknown> => cache.invalidate({ groups: [group] }),
  }
}

/** A bare listener that writes the same text to everybody: no log, no cursor, no Express. */
function openPlain() {
  const responses = new Set<ServerResponse>()
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(':\n\n')
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })
  return {
    server,
    connections: () => responses.size,
    close: () => Promise.resolve(),
    invalidate: async (group: string): Promise<unknown> => {
      const text = `id: 1\nevent: invalidated\ndata: ${JSON.stringify({ groups: [group], urls: [] })}\n\n`
      for (const response of responses) response.write(text)
      return undefined
    },
  }
}
