import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** How often anything has looked at who is asking. */
export interface CredentialUse {
  reads: number
  /** Whether the request has any. */
  isPresent: boolean
}

/** Where middleware puts what it made of the credentials: cookie-parser, express-session, passport and their like. */
const DERIVED = ['cookies', 'signedCookies', 'session', 'user', 'auth'] as const

/**
 * Notices when a request's `Cookie` or `Authorization` field is read, by the handler or by a middleware before it. What
 * was made by looking at them may be meant for one user.
 */
export function watchCredentials({ headers }: IncomingMessage): CredentialUse {
  const { cookie, authorization } = headers
  if (cookie === undefined && authorization === undefined) return NO_CREDENTIALS
  const use: CredentialUse = { reads: 0, isPresent: true }
  if (cookie !== undefined) watchField(headers, 'cookie', cookie, use)
  if (authorization !== undefined) watchField(headers, 'authorization', authorization, use)
  return use
}

/** Nobody counts the reads of what is not there, so one will do for all. */
const NO_CREDENTIALS: CredentialUse = Object.freeze({ reads: 0, isPresent: false })

function watchField(
  headers: IncomingHttpHeaders,
  name: 'cookie' | 'authorization',
  value: string,
  use: CredentialUse,
): void {
  let current: string | undefined = value
  Object.defineProperty(headers, name, {
    configurable: true,
    enumerable: true,
    get() {
      use.reads += 1
      return current
    },
    set(replacement: string | undefined) {
      current = replacement
    },
  })
}

/**
 * Notices from now on when what middleware made of a request's credentials is read. A request without credentials is left
 * alone: nobody can have made anything of them.
 */
export function watchDerived(request: IncomingMessage, use: CredentialUse): void {
  const carrier = request as unknown as Record<string, unknown>
  for (const name of DERIVED) {
    const descriptor = Object.getOwnPropertyDescriptor(carrier, name)
    if (descriptor?.configurable !== true) continue
    const { get, set } = descriptor as { get?: () => unknown; set?: (value: unknown) => void }
    let current: unknown = descriptor.value
    Object.defineProperty(carrier, name, {
      configurable: true,
      enumerable: descriptor.enumerable ?? true,
      get() {
        use.reads += 1
        // Another one that watches reads, such as the guard, goes on doing so.
        return get === undefined ? current : Reflect.apply(get, carrier, [])
      },
      set(replacement: unknown) {
        if (set === undefined) current = replacement
        else Reflect.apply(set, carrier, [replacement])
      },
    })
  }
}
