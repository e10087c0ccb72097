import { ThermoclineError, describeValue } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { refuseUnknownOptions } from './known-options.ts'
import { PROFILES } from './profile.ts'

const KNOWN = ['request', 'response', 'cacheType', 'nowMs', 'profile', 'targets']
const READER = 'Give `new Headers(...)`, `fromNodeHeaders(...)` or `fromPairs(...)`.'

/** Refuses an exchange that nothing can be said about. Throws `option-invalid`. */
export function checkExchange(exchange: Exchange): void {
  refuseUnknownOptions('`explain`', exchange, KNOWN)
  const { request, response, cacheType, nowMs, profile, targets } = exchange as Partial<Exchange>
  check('request', request, isObject(request), 'Give an object with `method`, `url` and `headers`.')
  check('request.method', request?.method, isText(request?.method), "Give a text, such as 'GET'.")
  check('request.url', request?.url, isText(request?.url), "Give a text, such as 'https://shop.example/'.")
  check('request.headers', request?.headers, isReader(request?.headers), READER)
  const parts = '`status`, `headers`, `requestTimeMs` and `responseTimeMs`'
  check('response', response, isObject(response), `Give an object with ${parts}.`)
  check(
    'response.status',
    response?.status,
    Number.isInteger(response?.status),
    'Give a number, such as 200.',
  )
  check('response.headers', response?.headers, isReader(response?.headers), READER)
  const time = 'Give milliseconds since the epoch, such as `Date.now()`.'
  for (const name of ['requestTimeMs', 'responseTimeMs'] as const) {
    check(`response.${name}`, response?.[name], Number.isFinite(response?.[name]), time)
  }
  check('nowMs', nowMs, nowMs === undefined || Number.isFinite(nowMs), time)
  const bytes = response?.bodyBytes
  check(
    'response.bodyBytes',
    bytes,
    bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0),
    'Give a whole number of bytes.',
  )
  check(
    'cacheType',
    cacheType,
    cacheType === 'private' || cacheType === 'shared',
    "Use 'private' or 'shared'.",
  )
  check('profile', profile, isProfile(profile), "Use 'safe' or 'rfc9111', or give all rules of a profile.")
  const areNames = targets === undefined || (Array.isArray(targets) && targets.every(isText))
  check('targets', targets, areNames, "Give an array of field names, such as ['cdn-cache-control'].")
}

function check(name: string, value: unknown, isRight: boolean, advice: string): void {
  if (isRight) return
  throw new ThermoclineError('option-invalid', `\`${name}\` is ${describeValue(value)}. ${advice}`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isReader(value: unknown): boolean {
  return isObject(value) && typeof (value as { get?: unknown }).get === 'function'
}

function isProfile(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value === 'string') return Object.hasOwn(PROFILES, value)
  const rules = value as Readonly<Record<string, unknown>>
  return isObject(value) && Object.keys(PROFILES.safe).every((name) => typeof rules[name] === 'boolean')
}
