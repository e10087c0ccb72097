import express from 'express'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { type InvalidationStream, invalidationStream } from './invalidation-stream.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { Listener } from '../../test/support/stream-listener.ts'
import { FaultProxy } from '../../test/coherence/fault-proxy.ts'

let server: RedisServer
let slow: FaultProxy
const cleanUp: (() => unknown)[] = []

beforeAll(async () => {
  server = await RedisServer.start()
  slow = await FaultProxy.start(server.port)
})

afterAll(async () => {
  for (const step of cleanUp.reverse()) await step()
  await slow.close()
  await server.kill()
})

async function open(port: number): Promise<TieredCache> {
  const redis = new Redis(port, '127.0.0.1')
  redis.on('error', () => {})
  const cache = createTieredCache({ redis, maxLagMs: '2s' })
  cleanUp.push(
    () => redis.disconnect(),
    () => cache.close(),
  )
  await cache.ready(30_000)
  return cache
}

/** Has the process tell browsers. */
function tell(cache: TieredCache): InvalidationStream {
  const stream = invalidationStream({ cache })
  cleanUp.push(() => stream.close())
  return stream
}

/** A browser that this process tells. */
async function listen(cache: TieredCache): Promise<Listener> {
  const site = await serve(express().use(tell(cache).handler))
  cleanUp.push(() => site.close())
  const browser = await Listener.connect(site.url)
  cleanUp.push(() => browser.close())
  return browser
}

it('a browser is told once no process answers with what was there before', async () => {
  const near = await open(server.port)
  const far = await open(slow.port)
  const browser = await listen(near)
  let version = 1
  const read = (cache: TieredCache) =>
    cache.getOrSet('row', () => Promise.resolve(version), { groups: ['row'] })
  expect(await read(far)).toBe(1)
  // Half of what it may lag.
  slow.strike({ kind: 'delay', ms: 1_000 })
  version = 2
  void near.invalidate({ groups: ['row'] })
  await browser.until('invalidated')
  // It asks again, and whichever process the balancer takes it to answers; it keeps that for as long as its headers say.
  expect(await read(far)).toBe(2)
  slow.heal()
})

it('nor one that has been cut off from the log for long, and is waited for no more', async () => {
  const near = await open(server.port)
  const cut = await open(slow.port)
  tell(cut)
  const browser = await listen(near)
  let version = 1
  const read = (cache: TieredCache) =>
    cache.getOrSet('far-row', () => Promise.resolve(version), { groups: ['far-row'] })
  slow.strike({ kind: 'stall' })
  // All that may wait for it has waited.
  await waitUntil(async () => {
    const { missing } = await near.invalidate({ groups: ['other'] }, { wait: 'fleet', timeout: '10s' })
    return missing.length === 0 && cut.status().l2 !== 'ready'
  }, 'the process to be left out')
  expect(await read(cut)).toBe(1)
  version = 2
  void near.invalidate({ groups: ['far-row'] })
  await waitUntil(() => browser.groups.includes('far-row'), 'the browser to be told')
  expect(await read(cut)).toBe(2)
})
