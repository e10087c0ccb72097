import type { IncomingMessage } from 'node:http'

/** How often anything has looked at who is asking. */
export interface CredentialUse {
  reads: number
}

/**
 * Notices when a request's `Cookie` or `Authorization` field is read, by the handler or by a middleware before it. What
 * was made by looking at them may be meant for one user.
 */
export function watchCredentials(request: IncomingMessage): CredentialUse {
  const use: CredentialUse = { reads: 0 }
  for (const name of ['cookie', 'authorization'] as const) {
    const value = request.headers[name]
    if (value === undefined) continue
    let current: string | undefined = value
    Object.defineProperty(request.headers, name, {
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
  return use
}
