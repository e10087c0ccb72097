import type { HttpHandler } from 'msw'

export interface FakeCall {
  readonly url: URL
  readonly fields: Headers
  readonly body: string
}

interface Held {
  readonly tags: ReadonlySet<string>
  isStale: boolean
}

/** A CDN: the API by which it is purged, and the responses that it holds, under the tags that it read off them. */
export abstract class FakeVendor {
  abstract readonly handlers: HttpHandler[]
  readonly calls: FakeCall[] = []
  readonly #held = new Map<string, Held>()
  readonly #next: (() => Response)[] = []
  #tokens = Number.POSITIVE_INFINITY

  /** Answers the next request so, and does nothing else about it. */
  answerNext(answer: () => Response): void {
    this.#next.push(answer)
  }

  /** Takes so many requests more. */
  limitTo(requests: number): void {
    this.#tokens = requests
  }

  /** Caches a response that came with these fields. */
  hold(url: string, fields: Readonly<Record<string, string>> = {}): void {
    const tags = this.tagsOf(new Headers(fields))
    this.#held.set(url, { tags: new Set(tags), isStale: false })
  }

  stateOf(url: string): 'fresh' | 'stale' | 'gone' {
    const held = this.#held.get(url)
    if (held === undefined) return 'gone'
    return held.isStale ? 'stale' : 'fresh'
  }

  protected async receive(request: Request): Promise<Response> {
    const call = { url: new URL(request.url), fields: request.headers, body: await request.text() }
    this.calls.push(call)
    const next = this.#next.shift()
    if (next !== undefined) return next()
    if (this.#tokens <= 0) return this.tooMany()
    this.#tokens -= 1
    return this.answer(call)
  }

  protected purge(isMeant: (url: string, tags: ReadonlySet<string>) => boolean, isSoft: boolean): void {
    for (const [url, held] of this.#held) {
      if (!isMeant(url, held.tags)) continue
      if (isSoft) held.isStale = true
      else this.#held.delete(url)
    }
  }

  /** The tags that the vendor would keep with a response, after its limits. */
  protected abstract tagsOf(fields: Headers): string[]
  protected abstract answer(call: FakeCall): Response
  protected abstract tooMany(): Response
}

/** A field's list as far as the vendor reads it: what is not whole within its limit is not there. */
export function listWithin(value: string, separator: ',' | ' ', mostBytes: number): string[] {
  const within = value.slice(0, mostBytes)
  const members = within.split(separator)
  const isCut = value.length > mostBytes && value[mostBytes] !== separator
  return (isCut ? members.slice(0, -1) : members)
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

export function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((one) => others.has(one))
}
