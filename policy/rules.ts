/** Each branch of the decisions, by a stable id, with the section of the specification that it comes from. */
export const RULES = {
  'directives-cache-control': 'RFC 9111 §5.2',
  'directives-targeted': 'RFC 9213 §2.2: a targeted field replaces Cache-Control and Expires',
  'store-allowed': 'RFC 9111 §3',
  'store-method': 'RFC 9111 §3: only GET is understood here',
  'store-status': 'RFC 9111 §3: final status codes, and no partial content',
  'store-request-no-store': 'RFC 9111 §5.2.1.5',
  'store-no-store': 'RFC 9111 §5.2.2.5',
  'store-must-understand': 'RFC 9111 §5.2.2.3',
  'store-private': 'RFC 9111 §5.2.2.7',
  'store-authorization': 'RFC 9111 §3.5',
  'store-vary-star': 'RFC 9111 §4.1',
  'store-set-cookie': 'profile `safe`: a response that sets a cookie is meant for one client',
  'store-cookie-request':
    'profile `safe`: what a request with a Cookie brought may be for one user, unless it is marked for all',
  'store-no-basis': 'RFC 9111 §3: no explicit freshness, no heuristic one, nothing marks it cacheable',
  'lifetime-s-maxage': 'RFC 9111 §5.2.2.10',
  'lifetime-max-age': 'RFC 9111 §5.2.2.1',
  'lifetime-expires': 'RFC 9111 §5.3',
  'lifetime-heuristic': 'RFC 9111 §4.2.2',
  'lifetime-none': 'RFC 9111 §4.2.1: nothing says how long it is fresh',
  'reuse-fresh': 'RFC 9111 §4.2',
  'reuse-no-cache': 'RFC 9111 §5.2.2.4',
  'reuse-request-no-cache': 'RFC 9111 §5.2.1.4',
  'reuse-request-max-age': 'RFC 9111 §5.2.1.1',
  'reuse-request-min-fresh': 'RFC 9111 §5.2.1.3',
  'reuse-request-max-stale': 'RFC 9111 §5.2.1.2',
  'reuse-only-if-cached': 'RFC 9111 §5.2.1.7',
  'reuse-stale': 'RFC 9111 §4.2',
  'reuse-stale-while-revalidate': 'RFC 5861 §3',
  'reuse-must-revalidate': 'RFC 9111 §5.2.2.2',
} as const

/** The stable id of one rule. */
export type RuleId = keyof typeof RULES
