/** The fields behind a request's user, as far as this request shows: whichever of them anything has read. */
export type Credential = 'cookie' | 'authorization'

/** What is about the exchange or the stored copy, not about what is answered. */
const NEVER_INPUTS: ReadonlySet<string> = new Set(
  [
    // A cache answers these itself or makes them anew (RFC 9110 §13.1, §14.2, RFC 9111 §5.2.1, §5.4).
    'if-none-match if-modified-since if-match if-unmodified-since range if-range cache-control pragma',
    // In the key of every cache (RFC 9110 §7.1).
    'host',
    // About one connection (RFC 9110 §7.6.1), or how the body comes.
    'connection keep-alive proxy-connection te trailer transfer-encoding upgrade expect via max-forwards',
    // Names of a request, for logs.
    'traceparent tracestate baggage b3 sentry-trace uber-trace-id x-trace-id x-request-start',
    'x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags',
    'x-datadog-trace-id x-datadog-parent-id x-datadog-sampling-priority x-datadog-origin',
    'x-request-id x-correlation-id request-id correlation-id',
    'x-amzn-trace-id x-cloud-trace-context cf-ray x-vercel-id fly-request-id',
  ].flatMap((line) => line.split(' ').map((name) => `header:${name}`)),
)

const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['req.session', ['cookie']],
  ['req.hostname', ['x-forwarded-host']],
  ['req.host', ['x-forwarded-host']],
  ['req.subdomains', ['x-forwarded-host']],
  ['req.protocol', ['x-forwarded-proto']],
  ['req.secure', ['x-forwarded-proto']],
])

const PERSONAL: ReadonlySet<string> = new Set(['req.user', 'req.auth', 'req.session'])

/** The input that a request field is; Express takes `Referrer` and `Referer` for the same. */
export function headerInput(name: string): string {
  return `header:${name === 'referrer' ? 'referer' : name}`
}

const REQUEST_INPUTS: ReadonlySet<string> = new Set([
  ...FIELDS.keys(),
  ...PERSONAL,
  'req.ip',
  'req.ips',
  'req.socket.remoteaddress',
])

/** Whether it is the name of an input, in lower case. */
export function isInputName(name: string): boolean {
  return /^(?:header|cookie):./.test(name) || REQUEST_INPUTS.has(name)
}

/** Whether reading it never makes a finding. */
export function isNeverInput(input: string): boolean {
  return NEVER_INPUTS.has(input)
}

/** Whether the input is a user: what was made of one is for that user, whatever `Vary` can say. */
export function isPersonal(input: string): boolean {
  return PERSONAL.has(input)
}

/** The request fields, lower-case, that an input comes from; `undefined` for one that `Vary` can't name. */
export function fieldsBehind(
  input: string,
  credentials: ReadonlySet<Credential>,
): readonly string[] | undefined {
  if (input === 'header:*') return undefined
  if (input.startsWith('header:')) return [input.slice('header:'.length)]
  if (input.startsWith('cookie:')) return ['cookie']
  if (input === 'req.user' || input === 'req.auth') {
    return credentials.size === 0 ? ['cookie'] : [...credentials]
  }
  return FIELDS.get(input)
}

/** `accept-language` as it is written: `Accept-Language`. */
export function fieldName(name: string): string {
  return name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}
