import { formatCacheControl } from './cache-control.ts'
import type { ResponseDirectives } from './directives.ts'
import type { Exchange } from './exchange.ts'
import { brief, fieldName } from './explanation-step.ts'
import type { RuleId } from './rules.ts'

/** What a cache is told, and where. */
export function directivesText({ values, field }: ResponseDirectives, { cacheType }: Exchange): string {
  const name = fieldName(field)
  const said = brief(formatCacheControl(values))
  if (field !== 'cache-control') {
    return `${name} is meant for this cache and counts alone, in place of Cache-Control and Expires: ${said || 'nothing known'}.`
  }
  const own = cacheType === 'shared' ? ', since no valid field is meant for this cache alone' : ''
  return said === ''
    ? 'There is no Cache-Control that says anything.'
    : `Cache-Control counts${own}: ${said}.`
}

/** Why a cache may or must not keep a response, by the rule that decided. */
export function storeText(rule: RuleId, exchange: Exchange, { field }: ResponseDirectives): string {
  const { request, response, cacheType } = exchange
  const name = fieldName(field)
  switch (rule) {
    case 'store-allowed':
      return `Nothing forbids a ${cacheType} cache to store this ${response.status}.`
    case 'store-method':
      return `An answer to ${brief(request.method.toUpperCase())} is not stored; only those to GET are.`
    case 'store-status':
      return `A ${response.status} is not stored: it is no complete and final response.`
    case 'store-request-no-store':
      return 'The request says no-store, so its answer is not stored.'
    case 'store-no-store':
      return `${name} says no-store, so nobody stores it.`
    case 'store-must-understand':
      return `must-understand leaves it to caches that know what is special about a ${response.status}; this one does not.`
    case 'store-private':
      return `${name} says private: it is for one user, and a shared cache must not store it.`
    case 'store-authorization':
      return 'The request had an Authorization, and nothing says that the answer is for all, as public and s-maxage do.'
    case 'store-targeted-silent':
      return `${name} names no lifetime, so what Cache-Control forbids still counts: a shared cache does not store it.`
    case 'store-vary-star':
      return 'Vary is *, so no other request can be known to want the same; it is not stored.'
    case 'store-set-cookie':
      return 'It sets a cookie, which is meant for one client; a shared cache does not store it.'
    case 'store-cookie-request':
      return 'The request had a Cookie, and neither public, s-maxage nor the lifetime of a targeted field says that the answer is for all.'
    default:
      return `Nothing says how long it is fresh, and a ${response.status} is not stored without that.`
  }
}
