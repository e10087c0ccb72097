import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { oneOf } from '../cache/option-checks.ts'
import { TieredCache } from '../cache/tiered-cache.ts'
import type { Middleware } from '../http/http-policies.ts'
import { isSignedIn, ownerTag } from '../http/own-group.ts'
import type { Invalidation } from '../log/invalidation.ts'
import { PendingWrite } from './pending-write.ts'

export interface WriteInvalidationOptions {
  readonly cache: TieredCache
  /**
   * Who is signed in, the same function as `createHttpPolicies` is given. The response to a write then names groups that are
   * that user's own (`ownGroup`); nobody is ever told of another user's.
   * @default no user's own group is named in a response
   */
  readonly partition?: ((request: Request) => string | number | null | undefined) | undefined
  /** Told what was left out, and of middleware that can't do anything where it stands; once for each. @default console.warn */
  readonly onWarning?: ((message: string) => void) | undefined
}

export interface WriteOptions {
  /**
   * Holds the end of the response until the log has the invalidation (`local`), every process has let go (`fleet`), or the edges
   * have as well (`edges`). A response that is written piece by piece has then left but for its end.
   * @default it is not held: this process has let go, and the others hear of it within milliseconds
   */
  readonly wait?: 'local' | 'fleet' | 'edges' | undefined
  /** How long to hold it at the most. @default '5s' */
  readonly timeout?: Duration | undefined
}

export interface WriteInvalidation {
  /**
   * Goes in front of a route's handler: what the route names is invalidated when an unsafe request to it has succeeded (a
   * status below 400), and its groups are in the response's `Cache-Group-Invalidation` (RFC 9875 §3).
   *
   * Stands behind the check of who may write. What the function throws is the request's error, and its handler is not called.
   */
  invalidates<P = Record<string, string>>(
    what: (request: Request<P>) => Invalidation | undefined,
    options?: WriteOptions,
  ): Middleware
  /** Adds what is known only in the handler. On the same terms: when the response leaves, and only if it is no error. */
  invalidate(response: ServerResponse, what: Invalidation): void
}

/** RFC 9110 §9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const NAMES = ['keys', 'groups', 'prefixes', 'urls', 'mode']
const MOST_WARNINGS = 1_000

/**
 * Invalidation that is declared on the routes which write. Throws `option-invalid`.
 *
 * @example
 * const writes = createWriteInvalidation({ cache })
 * app.put('/products/:id', writes.invalidates((request) => ({ groups: [`product-${request.params.id}`] })), handler)
 */
export function createWriteInvalidation(options: WriteInvalidationOptions): WriteInvalidation {
  refuseUnknownOptions('`createWriteInvalidation`', options, ['cache', 'partition', 'onWarning'])
  const { cache, partition, onWarning } = options
  if (!(cache instanceof TieredCache)) refuse('cache', cache, 'Give what `createTieredCache` returns.')
  if (partition !== undefined && typeof partition !== 'function') {
    refuse('partition', partition, 'Give a function of the request.')
  }
  const warn = onceFor(onWarning ?? ((message) => console.warn(`thermocline: ${message}`)))
  const pending = new WeakMap<ServerResponse, PendingWrite>()

  const pendingOf = (request: IncomingMessage, response: ServerResponse): PendingWrite | undefined => {
    const { method = 'GET' } = request
    if (SAFE_METHODS.has(method)) {
      if (process.env['NODE_ENV'] !== 'production') {
        warn(
          `A route that answers ${method} names something to invalidate, and nothing is: a safe method changes nothing (RFC 9110 §9.2.1). ` +
            'Write in a POST, PUT, PATCH or DELETE, or call `cache.invalidate()`.',
        )
      }
      return undefined
    }
    const present = pending.get(response)
    if (present !== undefined) return present
    const made = new PendingWrite(response, {
      cache,
      warn,
      ownerTag: () => tagOf(partition, request as Request, warn),
    })
    pending.set(response, made)
    return made
  }

  return {
    invalidates: (what, waiting) => {
      if (typeof what !== 'function') {
        refuse('what', what, 'Give a function: (request) => ({ groups: [...] }).')
      }
      const wait = checkWriteOptions(waiting)
      return (request, response, next) => {
        const write = pendingOf(request, response)
        if (write !== undefined) {
          // Before the handler: a mistake in it is better met before the write than after it.
          const named = what(request as Parameters<typeof what>[0])
          if (named !== undefined) write.add(checkNamed(named), wait)
        }
        next()
      }
    },
    invalidate: (response, what) => {
      try {
        checkNamed(what)
      } catch (error) {
        // The write has been done, and its response is not to fail now.
        warn((error as Error).message)
        return
      }
      pendingOf(response.req, response)?.add(what)
    },
  }
}

/** Throws `option-invalid` for what is no description of an invalidation; single names are looked at one by one. */
function checkNamed(named: Invalidation): Invalidation {
  refuseUnknownOptions('What a write invalidates', named, NAMES)
  oneOf('mode', named.mode ?? 'delete', ['delete', 'expire'])
  return named
}

/** Throws `option-invalid` or `duration-invalid`. */
function checkWriteOptions(
  options: WriteOptions = {},
): { readonly wait: 'local' | 'fleet' | 'edges'; readonly timeout: number } | undefined {
  refuseUnknownOptions('`invalidates`', options, ['wait', 'timeout'])
  const timeout = parseDuration(options.timeout ?? '5s', 'timeout')
  if (options.wait === undefined) return undefined
  return { wait: oneOf('wait', options.wait, ['local', 'fleet', 'edges']), timeout }
}

function tagOf(
  partition: WriteInvalidationOptions['partition'],
  request: Request,
  warn: (message: string) => void,
): string | undefined {
  try {
    const user = partition?.(request)
    return isSignedIn(user) ? ownerTag(user) : undefined
  } catch {
    // The user's own function: a mistake in it costs a word in the response, never the response.
    warn("`partition` threw, so a response left without a word on groups that are a user's own.")
    return undefined
  }
}

function onceFor(report: (message: string) => void): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    if (said.has(message) || said.size >= MOST_WARNINGS) return
    said.add(message)
    try {
      report(message)
    } catch (error) {
      console.error('thermocline: `onWarning` threw.', error)
    }
  }
}

function refuse(option: string, value: unknown, instead: string): never {
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. ${instead}`)
}
