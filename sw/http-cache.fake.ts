import './worker.fake.ts'
import { HttpCache } from './http-cache.ts'
import type { HttpCacheOptions } from './http-cache-options.ts'
import { FakePlatform } from './platform.fake.ts'

/** A worker with one cache, and pages that ask it. */
export class FakeWorker {
  readonly platform: FakePlatform
  readonly cache: HttpCache

  constructor(platform = new FakePlatform(), options: HttpCacheOptions = {}) {
    this.platform = platform
    this.cache = new HttpCache({ ...options, platform })
    // Workbox calls the global.
    globalThis.fetch = ((input: Request) => platform.fetch(input)) as typeof fetch
  }

  /** Asks, reads the answer, and waits until everything has ended that it set going. */
  async ask(path: string, init?: RequestInit): Promise<FakeAnswer> {
    const { response, ended } = this.start(path, init)
    const answer = await response
    const body = await answer.text()
    await ended()
    return { status: answer.status, body, did: answer.headers.get('cache-status'), headers: answer.headers }
  }

  /** Asks without waiting. */
  start(path: string, init?: RequestInit): { response: Promise<Response>; ended: () => Promise<unknown> } {
    const request = new Request(new URL(path, 'https://shop.example'), init)
    const extended: Promise<unknown>[] = []
    const event = {
      waitUntil: (promise: Promise<unknown>) => extended.push(promise),
    } as unknown as ExtendableEvent
    const response = this.cache.handle({ event, request })
    response.catch(() => {})
    return { response, ended: () => Promise.allSettled(extended) }
  }

  /** How often the network was asked for a path. */
  visits(path: string): number {
    return this.platform.fetched.filter(({ url }) => new URL(url).pathname === path).length
  }
}

export interface FakeAnswer {
  readonly status: number
  readonly body: string
  /** `Cache-Status`. */
  readonly did: string | null
  readonly headers: Headers
}
