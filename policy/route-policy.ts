/** Which preset a policy came from. */
export type PolicyKind = 'immutable' | 'revalidate' | 'public' | 'private' | 'no-store'

/** One route's caching, resolved: every lifetime in milliseconds, every default filled in. Made by the presets. */
export interface RoutePolicy {
  readonly kind: PolicyKind
  /** How long a browser (its HTTP cache, the service worker) may reuse the response. 0: it revalidates each time. */
  readonly browserMs: number
  /** How long a CDN may reuse it; `undefined` where the CDN gets no word of its own. */
  readonly cdnMs: number | undefined
  /** Lifetime in the in-process tier; 0: not kept there. */
  readonly l1Ms: number
  /** Lifetime in Redis; 0: not kept there. */
  readonly l2Ms: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  /** Request fields that select the response. */
  readonly vary: readonly string[]
  /** What a path must look like for an immutable response. */
  readonly hashedPath: RegExp | undefined
}

/** The `RoutePolicy` objects of an application by name. */
export type Policies<Name extends string = string> = Readonly<Record<Name, RoutePolicy>>
