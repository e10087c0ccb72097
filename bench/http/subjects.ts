import { startDaemon } from './daemon.ts'
import { type RunningSubject, startNode } from './node-subject.ts'
import { nginx } from './subjects/nginx.ts'
import { varnish } from './subjects/varnish.ts'

export interface Subject {
  readonly name: string
  /** Whether its handler runs for each request, for the first alone, or isn't there. */
  readonly handler: 'each' | 'first' | 'none'
  /** Resolves with the reason where it can't be measured. */
  readonly start: () => Promise<RunningSubject | string>
}

export const EXPRESS = 'Express handler'
/** What header policies are held against: they cost less only where they make Express itself cheaper. */
export const EMPTY_MIDDLEWARES = 'Express + 2 empty middlewares'
export const HEADER_POLICY = 'Express + header policy'
export const NODE_HTTP = 'node:http, ready buffer'
/** What a cache inside Express is held against, in the same way. */
export const EXPRESS_READY = 'Express, ready buffer'
export const RESPONSE_CACHE = 'responseCache, L1 hit'
export const CACHED_LISTENER = 'cachedListener(app), L1 hit'
export const APICACHE = 'apicache 1.6.3, hit'

export const SUBJECTS: readonly Subject[] = [
  { name: EXPRESS, handler: 'each', start: () => startNode('express') },
  // Next to what it is compared with, so that both meet the same moods of the machine.
  { name: HEADER_POLICY, handler: 'each', start: () => startNode('header-policy') },
  { name: EMPTY_MIDDLEWARES, handler: 'each', start: () => startNode('express-empty') },
  { name: RESPONSE_CACHE, handler: 'first', start: () => startNode('response-cache') },
  { name: EXPRESS_READY, handler: 'none', start: () => startNode('express-ready') },
  { name: APICACHE, handler: 'first', start: () => startNode('apicache') },
  { name: CACHED_LISTENER, handler: 'first', start: () => startNode('cached-listener') },
  { name: NODE_HTTP, handler: 'none', start: () => startNode('node-http') },
  { name: 'route-cache 0.7.1, hit', handler: 'first', start: () => startNode('route-cache') },
  { name: 'Fastify + @fastify/caching', handler: 'each', start: () => startNode('fastify-caching') },
  { name: 'Varnish, hit', handler: 'first', start: () => startDaemon(varnish) },
  { name: 'nginx proxy_cache, hit', handler: 'first', start: () => startDaemon(nginx) },
]
