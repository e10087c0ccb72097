import { once } from 'node:events'
import { type RequestListener, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refuseUnknownOptions } from '../../policy/index.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { withDeadline } from '../deadline.ts'
import { RESPONSE_CACHE_OPTIONS, type ResponseCacheOptions } from '../response-cache/options.ts'
import { cachedListener } from '../response-cache/response-cache.ts'
import { answerClientErrors } from './client-error.ts'
import { FORWARDER_OPTIONS, type ForwarderOptions } from './forwarder-options.ts'
import { type Forwarder, createForwarder } from './forwarder.ts'

/** The options of the forwarder and those of the response cache. */
export interface ReverseProxyOptions extends ForwarderOptions, CacheOptions {
  /** Where responses are kept; it stays yours to close. @default `createTieredCache()`, so in this process alone */
  readonly cache?: TieredCache | undefined
}

type CacheOptions = {
  readonly [Name in Exclude<keyof ResponseCacheOptions, 'cache'>]?: ResponseCacheOptions[Name] | undefined
}

/** A caching reverse proxy. Make one with `createReverseProxy`. */
export interface ReverseProxy {
  /** For a server of your own. */
  readonly listener: RequestListener
  /** For the `upgrade` event of a server of your own. */
  readonly upgrade: Forwarder['upgrade']
  /** A server with `listener` and upgrades in place and limits that suit a proxy; it listens once `listen` is called. */
  readonly server: Server
  readonly cache: TieredCache
  /** Resolves with the URL it listens at; port 0 is any free one. Rejects with the error of the system, `EADDRINUSE` and the like. */
  readonly listen: (port: number, host?: string) => Promise<string>
  /** Stops accepting, lets running requests finish for at most `graceMs` (default 10,000), then cuts off what is left. */
  readonly close: (graceMs?: number) => Promise<void>
}

/**
 * An HTTP cache (RFC 9111) in front of an origin in any language. Throws `option-invalid`, `duration-invalid` for what
 * can't work.
 *
 * @example
 * const proxy = createReverseProxy({ origin: 'http://127.0.0.1:8000' })
 * await proxy.listen(8080)
 */
export function createReverseProxy(options: ReverseProxyOptions): ReverseProxy {
  refuseUnknownOptions('`createReverseProxy`', options, [...FORWARDER_OPTIONS, ...RESPONSE_CACHE_OPTIONS])
  const forwarder = createForwarder({ ...pick(options, FORWARDER_OPTIONS), origin: options.origin })
  const cache = options.cache ?? createTieredCache()
  const cached = cachedListener(forwarder.handle, {
    keepsValidated: true,
    ...pick(options, RESPONSE_CACHE_OPTIONS),
    cache,
  })

  const running = new Set<ServerResponse>()
  let isClosing = false
  let onIdle = (): void => {}
  const listener: RequestListener = (request, response) => {
    running.add(response)
    if (isClosing) response.shouldKeepAlive = false
    response.once('close', () => {
      running.delete(response)
      // Its connection was kept open for a next request that must not come.
      if (isClosing) server.closeIdleConnections()
      if (running.size === 0) onIdle()
    })
    // Before the cache, so that a stored response can't be had in a way that the origin would never have answered.
    if (forwarder.admit(request, response)) cached(request, response)
  }

  const server = createServer(
    {
      // Longer than load balancers keep a connection idle (60 s), so that it is never us who close under a request.
      keepAliveTimeout: 75_000,
      headersTimeout: 20_000,
      requestTimeout: 300_000,
      connectionsCheckingInterval: 5_000,
    },
    listener,
  )
  server.on('upgrade', forwarder.upgrade)
  answerClientErrors(server)

  async function listen(port: number, host = '127.0.0.1'): Promise<string> {
    server.listen(port, host)
    await once(server, 'listening')
    const { address, family, port: bound } = server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
  }

  async function close(graceMs = 10_000): Promise<void> {
    isClosing = true
    for (const response of running) if (!response.headersSent) response.shouldKeepAlive = false
    const idle = new Promise<void>((resolve) => (running.size === 0 ? resolve() : (onIdle = resolve)))
    const stopped = server.listening ? once(server.close(), 'close') : Promise.resolve([])
    server.closeIdleConnections()
    try {
      await withDeadline(idle, graceMs, 'Finishing what runs')
    } catch {
      // Time is up: what is left is cut off.
    }
    await forwarder.close(0)
    server.closeAllConnections()
    await stopped
    if (options.cache === undefined) await cache.close()
  }

  return { listener, upgrade: forwarder.upgrade, server, cache, listen, close }
}

function pick(options: object, names: readonly string[]): Record<string, unknown> {
  const given = Object.entries(options).filter(([name, value]) => names.includes(name) && value !== undefined)
  return Object.fromEntries(given)
}
