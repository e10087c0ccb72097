import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

const MOST_SHOWN = 3
/** The longest path of a route, or of a request that none is known of, that is repeated. */
const LONGEST_NAME = 200

/** What Express knows of a request that has come to a handler. */
interface RoutedRequest {
  readonly baseUrl?: string
  readonly originalUrl?: string
  readonly route?: { readonly path?: unknown }
}

/** Routes that have been told of. */
const told = new WeakSet<object>()

/**
 * Says, once for each route, that a response which others keep was made of cached values in groups and names none: whoever holds it can't
 * be told when they are invalidated. They are not named unasked, since everybody can read the groups of a public response.
 */
export function warnOfUnnamedGroups(
  request: IncomingMessage,
  response: ServerResponse,
  { groupsRead, hasNamedGroups, route }: Exchange,
  warn: (message: string) => void,
): void {
  if (route === undefined || hasNamedGroups || groupsRead.size === 0) return
  const isShared = route.policy.kind === 'public' || route.headers.cdn !== undefined
  if (!isShared || response.hasHeader('Cache-Groups')) return
  const routed = (request as RoutedRequest).route ?? route
  if (told.has(routed)) return
  told.add(routed)
  const names = [...groupsRead].slice(0, MOST_SHOWN).map((group) => JSON.stringify(group))
  const rest = groupsRead.size - names.length
  warn(
    `${nameOf(request)} was made of cached values in the groups ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}, and names none: ` +
      'browsers, edges and the response cache keep it until its lifetime ends, whatever is invalidated. Name them with ' +
      '`http.route(name, (request) => ({ groups: [...] }))` or `http.addGroups(response, [...])`; `groups: []` says that its lifetime will do.',
  )
}

/** The route as it was declared: what a visitor typed would be another each time. */
function nameOf(request: IncomingMessage & RoutedRequest): string {
  const { baseUrl = '', method = 'GET', originalUrl, route, url = '' } = request
  const path =
    route === undefined
      ? (originalUrl ?? url).split('?', 1)[0]
      : `${baseUrl}${[route.path].flat().map(String).join(' or ')}`
  return `${method} ${path?.slice(0, LONGEST_NAME)}`
}
