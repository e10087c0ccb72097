import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'

/** What went wrong between here and the origin. Nothing of it is told to the client. */
export interface ForwardFailure {
  /** `broken`: the answer ended in the middle, and the client's connection was cut. */
  readonly type: 'unreachable' | 'timeout' | 'broken'
  readonly method: string
  /** The target that the origin was asked for, with its query: as the client wrote it, so not fit for a terminal. */
  readonly path: string
  readonly error: Error
}

export interface ForwarderOptions {
  /** Where requests go: scheme, host and port, such as `http://127.0.0.1:8000`. */
  readonly origin: string | URL
  /** The longest wait for the head of the response, counted anew while a request body is on its way. @default 30_000 */
  readonly timeoutMs?: Duration | undefined
  /** The longest silence inside the body of a response; 0 for no limit. @default 300_000 */
  readonly bodyTimeoutMs?: Duration | undefined
  /** Whether the client is a proxy of yours, whose `X-Forwarded-*` and `Forwarded` are true. @default false */
  readonly trustProxy?: boolean | undefined
  /** Whether the origin is sent its own name as `Host`, and not the one that the client asked for. @default false */
  readonly changeHost?: boolean | undefined
  /** Told what went wrong; called synchronously, so keep it short. @default nobody */
  readonly onFailure?: ((failure: ForwardFailure) => void) | undefined
}

/** Options with every default filled in, checked once. */
export interface ResolvedForwarderOptions {
  readonly origin: URL
  readonly timeoutMs: number
  readonly bodyTimeoutMs: number
  readonly trustProxy: boolean
  readonly changeHost: boolean
  readonly onFailure: (failure: ForwardFailure) => void
}

export const FORWARDER_OPTIONS = [
  'origin',
  'timeoutMs',
  'bodyTimeoutMs',
  'trustProxy',
  'changeHost',
  'onFailure',
] as const

export function resolveForwarderOptions(options: ForwarderOptions): ResolvedForwarderOptions {
  refuseUnknownOptions('`createForwarder`', options, FORWARDER_OPTIONS)
  const timeoutMs = parseDuration(options.timeoutMs ?? 30_000, 'timeoutMs')
  if (timeoutMs === 0)
    throw invalid('timeoutMs', 0, 'Give the milliseconds that an origin may take, such as 30_000.')
  for (const name of ['trustProxy', 'changeHost'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && typeof value !== 'boolean') throw invalid(name, value, 'Give true or false.')
  }
  const onFailure: unknown = options.onFailure
  if (onFailure !== undefined && typeof onFailure !== 'function') {
    throw invalid('onFailure', onFailure, 'Give a function.')
  }
  return Object.freeze({
    origin: checkOrigin(options.origin),
    timeoutMs,
    bodyTimeoutMs: parseDuration(options.bodyTimeoutMs ?? 300_000, 'bodyTimeoutMs'),
    trustProxy: options.trustProxy ?? false,
    changeHost: options.changeHost ?? false,
    onFailure: guarded(options.onFailure),
  })
}

function checkOrigin(origin: unknown): URL {
  const advice = 'Give scheme, host and port alone, such as "http://127.0.0.1:8000".'
  const text = origin instanceof URL ? origin.href : origin
  if (typeof text !== 'string' || !URL.canParse(text)) throw invalid('origin', origin, advice)
  const url = new URL(text)
  // Not shown: it may hold a password.
  if (url.username !== '' || url.password !== '') {
    throw new ThermoclineError('option-invalid', `\`origin\` has a user name or password in it. ${advice}`)
  }
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isHttp || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid('origin', text, advice)
  return url
}

function invalid(option: string, value: unknown, advice: string): ThermoclineError {
  return new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. ${advice}`)
}

/** A log that throws must cost its own line, not the request. */
function guarded(onFailure: ForwarderOptions['onFailure']): (failure: ForwardFailure) => void {
  if (onFailure === undefined) return () => {}
  return (failure) => {
    try {
      onFailure(failure)
    } catch (error) {
      console.error('thermocline: `onFailure` threw.', error)
    }
  }
}
