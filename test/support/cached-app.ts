import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as httpRequest } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import { Redis } from 'ioredis'
import { afterEach } from 'vitest'
import { type TieredCache, createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { TieredCacheOptions } from '../../server/cache/cache-options.ts'
import type { ResponseCacheOptions } from '../../server/response-cache/options.ts'
import { cachedListener, responseCache } from '../../server/response-cache/response-cache.ts'
import { serve } from './serve.ts'

/** The two ways in, which must behave alike. */
export const WAYS = ['responseCache', 'cachedListener'] as const
export type Way = (typeof WAYS)[number]

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step()
})

/** A step to be taken after the test; the last one first. */
export function afterwards(step: () => unknown): void {
  cleanup.push(step)
}

/** What came back, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly bytes: Buffer
  readonly body: string
  /** What `Cache-Status` says, or ''. */
  readonly trace: string
}

export interface SiteOptions {
  readonly response?: Partial<ResponseCacheOptions>
  readonly tiered?: Partial<TieredCacheOptions>
  /** In place of a cache of its own. */
  readonly cache?: TieredCache
  /** Stands before the cache. */
  readonly front?: readonly RequestHandler[]
}

/** A clock that stands still until it is told. */
export class Clock {
  nowMs = Date.UTC(2026, 0, 5, 12)
  readonly now = (): number => this.nowMs

  forward(seconds: number): void {
    this.nowMs += seconds * 1_000
  }
}

/** An Express application behind the cache, on a socket. */
export interface Site {
  readonly url: string
  readonly cache: TieredCache
  readonly clock: Clock
  /** How many requests came through the cache to the application. */
  readonly calls: number
  /** How many requests came to the server. */
  readonly arrivals: number
  readonly get: (path: string, headers?: OutgoingHttpHeaders) => Promise<Answer>
  readonly send: (
    method: string,
    path: string,
    headers?: OutgoingHttpHeaders,
    body?: string,
  ) => Promise<Answer>
}

/** Serves an application behind the cache, by one of the two ways in. */
export async function serveCached(
  way: Way,
  build: (app: Express) => void,
  options: SiteOptions & { readonly clock?: Clock } = {},
): Promise<Site> {
  const clock = options.clock ?? new Clock()
  const cache = options.cache ?? createTieredCache({ clock: clock.now, jitter: 0, ...options.tiered })
  if (options.cache === undefined) afterwards(() => cache.close())
  // As long as a test takes: on a busy machine those who wait for each other may need more than the usual time.
  const settings = { cache, clock: clock.now, collapse: '1h', ...options.response } as const
  let calls = 0
  let arrivals = 0
  const outer = quietApp()
  const app = way === 'responseCache' ? outer : quietApp()
  for (const middleware of options.front ?? []) outer.use(middleware)
  if (way === 'responseCache') outer.use(responseCache(settings))
  app.use((_request, _response, next) => {
    calls += 1
    next()
  })
  build(app)
  if (way === 'cachedListener') {
    const listener = cachedListener(app, settings)
    outer.use((request, response) => {
      listener(request, response)
    })
  }
  const bare = way === 'cachedListener' && options.front === undefined ? cachedListener(app, settings) : outer
  const { url, close } = await serve((request, response) => {
    arrivals += 1
    bare(request, response)
  })
  afterwards(close)
  return {
    url,
    cache,
    clock,
    get calls() {
      return calls
    },
    get arrivals() {
      return arrivals
    },
    get: (path, headers) => ask(url, 'GET', path, headers),
    send: (method, path, headers, body) => ask(url, method, path, headers, body),
  }
}

/** An application that prints no errors. */
export function quietApp(): Express {
  return express().set('env', 'test')
}

/** A request whose path and fields go out as they are written. */
export function ask(
  url: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string,
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode = 0, headers, rawHeaders } = response
        const trace = String(headers['cache-status'] ?? '')
        resolve({ status: statusCode, headers, rawHeaders, bytes, body: bytes.toString(), trace })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** One "process": a tiered cache with a connection of its own to a Redis that several share. */
export async function cacheOn(
  url: string,
  clock: Clock,
  options: Partial<TieredCacheOptions> = {},
): Promise<TieredCache> {
  const redis = new Redis(url, { retryStrategy: () => 20 })
  redis.on('error', () => {})
  // The jumps of this clock must not pass for a silence of the log, nor a pause of this machine for an outage of Redis.
  const lasting = { maxLagMs: '30d', l2TimeoutMs: '30s', jitter: 0 } as const
  const cache = createTieredCache({ redis, clock: clock.now, ...lasting, ...options })
  afterwards(() => redis.disconnect())
  afterwards(() => cache.close())
  if (!(await cache.ready(30_000))) throw new Error('Redis was not ready in time.')
  return cache
}

/** Holds handlers back until it is told to let them go. */
export class Gate {
  #open: () => void = () => {}
  readonly passed = new Promise<void>((resolve) => {
    this.#open = resolve
  })

  open(): void {
    this.#open()
  }
}
