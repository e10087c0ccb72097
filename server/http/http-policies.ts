import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NextFunction, Request } from 'express'
import {
  type Policies,
  ThermoclineError,
  assertGroupName,
  definePolicies,
  describeValue,
  findPolicy,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { traceRequest } from '../trace.ts'
import { type ApplyOptions, applyHeaders } from './apply-headers.ts'
import { giveCommonShape } from './common-shape.ts'
import { Exchange } from './exchange.ts'
import { decidedBy, markAsDecided } from './order.ts'
import { exposeHeaders } from './expose-headers.ts'
import { isWatched, onHead } from './on-head.ts'
import { addOwnGroups } from './own-groups.ts'
import { partitionOf } from './partition-of.ts'
import { preparePolicy } from './prepared-headers.ts'
import { watchCredentials } from './watch-credentials.ts'

export interface HttpPoliciesOptions {
  /**
   * Who is signed in: any id of the user; `null` where it is known that nobody is; `undefined` where this request did not
   * look, and the response then says nothing about it. Browsers are told a digest, so that the service worker keeps users
   * apart. Called when the response's headers are written, so it sees what a login handler has set.
   * @default no word about users
   */
  readonly partition?: (request: Request) => string | number | null | undefined
  /** Whether responses carry their layers and age as `Server-Timing` too, where a page can read them. @default true */
  readonly serverTiming?: boolean
  /**
   * Whether a response that other origins may read (`Access-Control-Allow-Origin`) lets them see the fields that caches go by, as the
   * service worker must to be right about it. @default true
   */
  readonly exposeHeaders?: boolean
  /** Told what was put right, once for each kind and path. @default console.warn */
  readonly onWarning?: (message: string) => void
}

/** What a route says of one request, beside its policy. */
export interface RouteDetails {
  /** The groups that the response belongs to, perhaps none. Everybody may be told that one of them was invalidated. */
  readonly groups?: readonly string[]
  /** Groups that are the signed-in user's own, by their short names; `ownGroup(user, name)` names them in full. */
  readonly ownGroups?: readonly string[]
}

/**
 * An Express middleware that says nothing of a route's parameters, so that Express goes on reading them off the path for
 * the handlers beside it.
 */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: NextFunction) => void

export interface HttpPolicies<Name extends string = string> {
  /** Goes first in the application: traces each request and makes routes that declare nothing safe. */
  middleware(): Middleware
  /** Goes in front of a route's handler: its responses leave under the policy of that name. Throws `policy-unknown`. */
  route<P = Record<string, string>>(name: Name, details?: (request: Request<P>) => RouteDetails): Middleware
  /** Adds groups that are known only once the handler has loaded its data. */
  addGroups(response: ServerResponse, groups: readonly string[]): void
}

const KNOWN = ['partition', 'serverTiming', 'exposeHeaders', 'onWarning']
const MOST_WARNINGS = 1_000

/**
 * Applies route policies to Express responses: `Cache-Control`, `CDN-Cache-Control`, `Vary`, `Cache-Groups`,
 * `Cache-Status`. ETag and 304 are Express's own. Throws `option-invalid`.
 */
export function createHttpPolicies<Name extends string>(
  policies: Policies<Name>,
  options: HttpPoliciesOptions = {},
): HttpPolicies<Name> {
  refuseUnknownOptions('`createHttpPolicies`', options, KNOWN)
  definePolicies(policies)
  // Each of several policies in one application knows its own of a response.
  const owner = {}
  const exchangeOf = (response: ServerResponse): Exchange | undefined => {
    let exchange = decidedBy(response)
    while (exchange !== undefined && exchange.owner !== owner) exchange = exchange.outer
    return exchange
  }
  const report = options.onWarning ?? ((message: string) => console.warn(`thermocline: ${message}`))
  const warned = new Set<string>()
  const warn = (message: string): void => {
    if (warned.has(message) || warned.size >= MOST_WARNINGS) return
    warned.add(message)
    try {
      report(message)
    } catch (error) {
      console.error('thermocline: `onWarning` threw.', error)
    }
  }

  const { partition, serverTiming = true, exposeHeaders: isExposing = true } = options
  const isWatchingGroups = process.env['NODE_ENV'] !== 'production'
  const withoutPartition: ApplyOptions = { partition: undefined, serverTiming, warn }
  const applyOptions = (request: IncomingMessage): ApplyOptions =>
    partition === undefined
      ? withoutPartition
      : // The user's own function: a mistake in it must cost the cached copy, never the response.
        { ...withoutPartition, partition: partitionOf(request as Request, partition, warn) }

  const begin = (request: IncomingMessage, response: ServerResponse): Exchange => {
    const present = exchangeOf(response)
    if (present !== undefined) return present
    giveCommonShape(request, 'method')
    giveCommonShape(response, 'sendDate')
    const outer = decidedBy(response)
    const exchange = new Exchange(owner, outer, watchCredentials(request), isWatched(response))
    if (isWatchingGroups) exchange.watchGroups()
    markAsDecided(response, exchange)
    onHead(response, () => {
      addOwnGroups(request, exchange, partition, warn)
      applyHeaders(request, response, exchange, applyOptions(request))
      if (isExposing) exposeHeaders(request, response)
    })
    return exchange
  }

  const addGroups = (response: ServerResponse, groups: readonly string[]): void => {
    const exchange = exchangeOf(response)
    if (!Array.isArray(groups)) {
      warn(`\`groups\` is ${describeValue(groups)} and was left out. Give an array of names.`)
      return
    }
    if (exchange !== undefined) exchange.hasNamedGroups = true
    for (const group of groups as readonly unknown[]) {
      try {
        assertGroupName(group)
        exchange?.addGroup(group)
      } catch {
        // Often made from what a visitor typed into the URL.
        warn(`The group name ${describeValue(group)} was left out: use a-z, 0-9, ".", "_", "~" and "-" only.`)
      }
    }
  }

  return {
    middleware: () => (request, response, next) => {
      traceRequest(begin(request, response), next)
    },
    route: (name, details) => {
      const prepared = preparePolicy(findPolicy(policies, name))
      if (details !== undefined && typeof details !== 'function') {
        throw new ThermoclineError(
          'option-invalid',
          `\`route\` was given ${describeValue(details)} beside ${JSON.stringify(name)}. Give a function: (request) => ({ groups: [...] }).`,
        )
      }
      return (request, response, next) => {
        const exchange = begin(request, response)
        exchange.route = prepared
        exchange.enterRoute(request, response)
        if (details !== undefined) {
          const { groups, ownGroups } = details(request as Parameters<typeof details>[0]) ?? {}
          if (groups !== undefined) addGroups(response, groups)
          exchange.ownNames = ownGroups
        }
        traceRequest(exchange, next)
      }
    },
    addGroups,
  }
}
