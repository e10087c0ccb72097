import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { ThermoclineError, describeValue } from '../../policy/index.ts'

export interface EndpointAccess {
  /**
   * The bearer token (RFC 6750) that opens it, or several, so that one can be replaced by another. At least 16 characters: make one with
   * `openssl rand -base64 32`.
   */
  readonly token?: string | readonly string[] | undefined
  /** Decides in place of a token, or after it: whether this request may invalidate. It has an `Authorization` field in any case. */
  readonly authorize?: ((request: Request) => boolean | Promise<boolean>) | undefined
}

/** Whether a request may invalidate: `anonymous` is asked for credentials, `forbidden` has none that help. */
export type Verdict = 'allowed' | 'anonymous' | 'forbidden'

const LEAST_TOKEN = 16

/**
 * Who may use the endpoint. Closed unless it is opened: throws `option-invalid` where neither a token nor `authorize` was given.
 * The field is asked for also where `authorize` goes by something else, such as a cookie: no other site's page can have a browser send it.
 */
export function createAccess({ token, authorize }: EndpointAccess): (request: Request) => Promise<Verdict> {
  if (token === undefined && authorize === undefined) {
    throw new ThermoclineError(
      'option-invalid',
      '`invalidationEndpoint` was given neither `token` nor `authorize`, so anybody could empty the cache. Give one of them.',
    )
  }
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`authorize\` is ${describeValue(authorize)}. Give a function.`,
    )
  }
  const digests = token === undefined ? undefined : tokensOf(token).map(digest)
  return async (request) => {
    const { authorization } = request.headers
    if (authorization === undefined) return 'anonymous'
    if (digests !== undefined) {
      const given = digest(/^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1] ?? '')
      // All of them, and their digests: how long it takes says nothing of how near a guess has come.
      const isKnown = digests.map((known) => timingSafeEqual(known, given)).includes(true)
      if (!isKnown) return 'anonymous'
    }
    if (authorize === undefined) return 'allowed'
    // Whatever its type says: what is not clearly a yes is a no.
    const decision: unknown = await authorize(request)
    return decision === true ? 'allowed' : 'forbidden'
  }
}

/** What is wrong is said without the token itself. */
function tokensOf(token: unknown): readonly string[] {
  const tokens: readonly unknown[] = Array.isArray(token) ? token : [token]
  const isSound = (one: unknown): one is string =>
    typeof one === 'string' && one.length >= LEAST_TOKEN && /^[\w.~+/-]+=*$/.test(one)
  if (tokens.length > 0 && tokens.every(isSound)) return tokens
  throw new ThermoclineError(
    'option-invalid',
    `\`token\` is too short or has characters that a bearer token has not (RFC 6750 §2.1). Give at least ${LEAST_TOKEN} of letters, digits and "-._~+/".`,
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
