/** Whether the deviations that protect users are on (`safe`) or the letter of the RFC counts (`rfc9111`). */
export type Profile = 'safe' | 'rfc9111'

/** Each way in which a shared cache may differ from the letter of RFC 9111. A private cache obeys its one user in any case. */
export interface ProfileRules {
  /** Keeps a response with `Set-Cookie`, and gives the cookie to all who get it. RFC 9111 §7.3 leaves that to the origin. */
  readonly storesSetCookie: boolean
  /** A client's `no-cache`, `max-age`, `min-fresh` and `Pragma` send a request to the origin that a fresh response could answer. */
  readonly obeysReload: boolean
  /** `s-maxage` rules out stale answers even beside `stale-while-revalidate` or `stale-if-error` (RFC 9111 §5.2.2.10). */
  readonly sMaxageForbidsStale: boolean
  /** Keeps what a request with a `Cookie` brought although nothing says that all may see it. */
  readonly storesForCookie: boolean
  /** Keeps what a request with `Authorization` brought if it says `must-revalidate` (RFC 9111 §3.5). `public` and `s-maxage` always allow it. */
  readonly storesForAuthorization: boolean
  /** A targeted field without `max-age` or `s-maxage` lifts `private`, `no-store` and `no-cache` of `Cache-Control` too (RFC 9213 §2.2). */
  readonly storesForSilentTarget: boolean
}

const everyRule = (value: boolean): ProfileRules =>
  Object.freeze({
    storesSetCookie: value,
    obeysReload: value,
    sMaxageForbidsStale: value,
    storesForCookie: value,
    storesForAuthorization: value,
    storesForSilentTarget: value,
  })

/** The two profiles: each rule is one that the letter has and `safe` has not. */
export const PROFILES: Readonly<Record<Profile, ProfileRules>> = Object.freeze({
  safe: everyRule(false),
  rfc9111: everyRule(true),
})

/** The options of a profile, given by name or one by one. */
export function profileRules(profile: Profile | ProfileRules = 'safe'): ProfileRules {
  return typeof profile === 'string' ? PROFILES[profile] : profile
}
