import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { InvalidationStream } from './invalidation-stream.ts'

/** Who a request of a visitor says is signed in. */
export function userOf({ headers }: Request): string | null {
  return (headers as unknown as { user: string | null }).user
}

/** Someone who is connected, or polls, and all that was ever sent there. */
export class Visitor extends EventEmitter {
  readonly user: string | null
  destroyed = false
  writableLength = 0
  sent = ''

  constructor(user: string | null) {
    super()
    this.user = user
  }

  visit(stream: InvalidationStream, accept: string, cursor: string | undefined): void {
    const headers = { accept, ...(cursor === undefined ? {} : { 'last-event-id': cursor }), user: this.user }
    const request = { method: 'GET', url: '/invalidations', headers } as unknown as IncomingMessage
    stream.handler(request, this as unknown as ServerResponse)
  }

  writeHead(): this {
    return this
  }

  write(text: string): void {
    this.sent += text
  }

  end(text = ''): void {
    this.sent += text
    this.emit('close')
  }

  /** It has gone. */
  leave(): void {
    this.destroyed = true
    this.emit('close')
  }

  get groups(): string[] {
    return [...this.sent.matchAll(/"groups":(\[[^\]]*\])/g)].flatMap(
      ([, list]) => JSON.parse(list ?? '[]') as string[],
    )
  }

  /** Whether it was told to let go of all. */
  get isReset(): boolean {
    return /^event: reset$|"reset":true/m.test(this.sent)
  }

  /** Where it would come back with. */
  get cursor(): string | undefined {
    return [...this.sent.matchAll(/^id: (.*)$|"cursor":"([^"]*)"/gm)]
      .map(([, id, cursor]) => id ?? cursor)
      .at(-1)
  }
}
