import type { IncomingMessage, ServerResponse } from 'node:http'
import { decideInvalidation, fromPairs } from '../../policy/index.ts'
import { watchOutgoing } from './outgoing.ts'
import type { Target } from './request-key.ts'
import { type Place, originGroup } from '../response-groups.ts'
import { linesOf } from '../http/response-head.ts'
import type { ResponseStore } from './response-store.ts'

/** Lets go of what a successful POST, PUT, DELETE and so on makes invalid, before its response leaves (RFC 9111 §4.4, RFC 9875 §3). */
export function watchUnsafe(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  store: ResponseStore,
): void {
  watchOutgoing(response, {
    onHead() {
      const { host, path, search } = target
      const { urls, groups, rule } = decideInvalidation({
        method: request.method ?? '',
        status: response.statusCode,
        url: `${schemeOf(request)}://${host}${path}${search}`,
        headers: fromPairs(linesOf(response)),
      })
      // The target as it was sent: what came under a Host that makes no URL was stored as well.
      const targets = rule === 'invalidate-unsafe' ? [target, ...urls.slice(1).map(placeOf)] : []
      void store.invalidate(
        targets,
        groups.map((group) => originGroup(host, group)),
      )
      return { kind: 'send' }
    },
    onComplete() {},
    onAbandoned() {},
  })
}

/** The scheme by which the client came: it only decides whether a Location is of the same origin. */
function schemeOf({ headers, socket }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-proto'] ?? '')
    .split(',', 1)[0]
    ?.trim()
  if (forwarded === 'https' || forwarded === 'http') return forwarded
  return (socket as { encrypted?: boolean }).encrypted === true ? 'https' : 'http'
}

function placeOf(href: string): Place {
  const { host, pathname: path, search } = new URL(href)
  // `URL` says of an empty query that there is none.
  return { host, path, search: search === '' && href.endsWith('?') ? '?' : search }
}
