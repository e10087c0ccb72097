import {
  type Assessment,
  type HeaderReader,
  assess,
  fromPairs,
  readTargetedDirectives,
} from '../../policy/index.ts'

export type HeaderPairs = readonly (readonly [string, string])[]

/** What is known of a stored response, beside its body. */
export interface StoredHead {
  readonly status: number
  readonly statusMessage: string
  readonly headers: HeaderPairs
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  readonly bodyBytes: number
  /** Under which a large body is kept, once for all responses that share it. */
  readonly digest: string | undefined
}

/** What an answer says, as names and values in turn. */
export interface AnswerFields {
  /** Without the length of a body. */
  readonly lines: readonly string[]
  /** As it leaves with all of its body. */
  readonly whole: readonly string[]
  /** Whether a name in `whole` comes twice. */
  readonly hasRepeats: boolean
}

/** One response as the cache holds it. Never changed: an update makes another one. */
export class ResponseRecord {
  readonly head: StoredHead
  /** `undefined` where it is kept apart, under `head.digest`. */
  readonly body: Buffer | undefined
  readonly headers: HeaderReader
  #assessment: Assessment | undefined
  #flat: readonly string[] | undefined
  #hit: { readonly age: number; readonly fields: AnswerFields } | undefined

  constructor(head: StoredHead, body: Buffer | undefined) {
    this.head = head
    this.body = body
    this.headers = fromPairs(head.headers)
  }

  /** What the rules read in it, by a shared cache with those targets. Read once: a record belongs to one cache. */
  assess(targets: readonly string[]): Assessment {
    this.#assessment ??= assess(
      { ...this.head, headers: this.headers },
      'shared',
      readTargetedDirectives(this.headers, targets),
    )
    return this.#assessment
  }

  /** The fields of a hit at that age, made once for all hits of the same second. */
  hitFields(age: number, make: () => AnswerFields): AnswerFields {
    if (this.#hit?.age !== age) this.#hit = { age, fields: make() }
    return this.#hit.fields
  }

  /** Names and values in turn, as `writeHead` takes them, without what is said anew each time. */
  get flatHeaders(): readonly string[] {
    this.#flat ??= this.head.headers.flatMap(([name, value]) =>
      SAID_ANEW.has(name.toLowerCase()) ? [] : [name, value],
    )
    return this.#flat
  }
}

const SAID_ANEW: ReadonlySet<string> = new Set(['age', 'cache-status', 'content-length', 'server-timing'])
