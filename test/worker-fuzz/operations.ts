import * as fc from 'fast-check'
import { GROUPS, type Group, URLS, type Url } from './resources.ts'

const USERS = ['ada', 'bob', 'anonymous'] as const
type User = (typeof USERS)[number]

/** A page's GET. */
export interface GetOptions {
  readonly url: Url
  readonly hasCredentials: boolean
  readonly language: 'de' | 'en'
  readonly token: 'none' | 'one' | 'two'
  readonly cache: 'default' | 'no-cache' | 'reload' | 'force-cache'
  /** All of it, a part of it, or to hear that the representation which the page saw last has not changed. */
  readonly wants: 'whole' | 'part' | 'news'
}

/** The GET by which is seen what is stored. */
export const PLAIN_GET = {
  hasCredentials: true,
  language: 'de',
  token: 'none',
  cache: 'default',
  wants: 'whole',
} as const

export type Operation =
  | ({ readonly kind: 'get' } & GetOptions)
  /** An unsafe request, whose answer names a group where one is given. */
  | { readonly kind: 'write'; readonly url: Url; readonly group: Group | undefined }
  /** What the origin has changes, and nobody is told. */
  | { readonly kind: 'edit'; readonly url: Url }
  | { readonly kind: 'invalidate'; readonly url: Url }
  | { readonly kind: 'invalidate-group'; readonly group: Group }
  | { readonly kind: 'clear' }
  /** The answer to an unsafe request names the user who is signed in from then on. */
  | { readonly kind: 'sign-in'; readonly user: User }
  /** Somebody signs in where no worker sees it, and the page tells the worker. */
  | { readonly kind: 'switch-by-page'; readonly user: User }
  /** The same, and nobody tells the worker. */
  | { readonly kind: 'switch-unseen'; readonly user: User }
  | { readonly kind: 'origin'; readonly condition: 'up' | 'failing' | 'away' }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'kill' }
  /** The browser closes IndexedDB and does not open it again, until it does. */
  | { readonly kind: 'storage'; readonly isAway: boolean }

export interface Step {
  readonly operation: Operation
  /** Whether the next step waits until this one has ended. */
  readonly isAwaited: boolean
}

const url = fc.constantFrom(...URLS)
const user = fc.constantFrom(...USERS)
const group = fc.constantFrom(...GROUPS)

const get: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constant('get' as const),
  url,
  hasCredentials: fc.oneof({ weight: 7, arbitrary: fc.constant(true) }, fc.boolean()),
  language: fc.constantFrom('de' as const, 'en' as const),
  token: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('one' as const, 'two' as const),
  ),
  cache: fc.oneof(
    { weight: 8, arbitrary: fc.constant('default' as const) },
    fc.constantFrom('no-cache' as const, 'reload' as const, 'force-cache' as const),
  ),
  wants: fc.oneof(
    { weight: 8, arbitrary: fc.constant('whole' as const) },
    fc.constantFrom('part' as const, 'news' as const),
  ),
})

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 22, arbitrary: get },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      url,
      group: fc.option(group, { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), url }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), url }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('invalidate-group' as const), group }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sign-in' as const), user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('switch-by-page' as const), user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('switch-unseen' as const), user }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('origin' as const),
      condition: fc.constantFrom('up' as const, 'up' as const, 'failing' as const, 'away' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.constantFrom(1, 15, 45, 200) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'kill' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('storage' as const), isAway: fc.boolean() }) },
)

/** What happens in one interleaving, in the order in which it begins. */
export const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ operation, isAwaited: fc.boolean() }), {
  minLength: 3,
  maxLength: 10,
  size: 'max',
})
