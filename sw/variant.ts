import { parseVary, variantKey } from '../policy/index.ts'
import type { Ask } from './ask.ts'

/** By what a response was selected, as far as a worker can tell. */
export interface Variation {
  /** The request fields whose values tell the variants apart. */
  readonly varyBy: readonly string[]
  /** It depends on who is signed in. */
  readonly isPerUser: boolean
}

/** Who is signed in is the partition: a worker never sees cookies. */
const PER_USER: ReadonlySet<string> = new Set(['cookie', 'authorization'])

/** The same in every request that a worker of this origin makes for one URL, or undone before a worker sees the body. */
const CONSTANT: ReadonlySet<string> = new Set(['accept-encoding', 'origin', 'host'])

/** Fields that browsers add below the worker, so that it can't know which value selected a response. */
const UNSEEN: ReadonlySet<string> = new Set([
  'cache-control',
  'device-memory',
  'dnt',
  'downlink',
  'dpr',
  'ect',
  'pragma',
  'referer',
  'rtt',
  'save-data',
  'viewport-width',
  'width',
])

/** Other origins do not show their `Vary` to a page, so these are taken to be in it. */
const ASSUMED_ACROSS_ORIGINS = ['accept', 'accept-language']

/** Reads a `Vary` for this worker; `undefined` where the response can't be matched to any later request. */
export function describeVariation(vary: string | null, ask: Ask): Variation | undefined {
  const fields = parseVary(vary)
  if (fields === '*' || fields.some((field) => UNSEEN.has(field) || /^(?:sec|proxy)-/.test(field)))
    return undefined
  const seen = fields.filter((field) => !PER_USER.has(field) && !CONSTANT.has(field))
  return {
    varyBy: ask.isSameOrigin ? seen : [...new Set([...seen, ...ASSUMED_ACROSS_ORIGINS])].sort(),
    isPerUser: fields.some((field) => PER_USER.has(field)),
  }
}

/** The variant that a request selects where responses vary by these fields. */
export function variantOf(ask: Ask, varyBy: readonly string[]): string {
  return (
    ask.authorization +
    variantKey(varyBy, {
      get(name) {
        const value = ask.request.headers.get(name)
        if (name !== 'accept-language') return value
        // Chromium adds it below the worker, made from the same list. RFC 4647 §2.1: case makes no difference.
        return (value ?? ask.languages.join(',')).toLowerCase()
      },
    })
  )
}
