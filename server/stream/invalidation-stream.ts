import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import { ownerTagOf } from '../../policy/index.ts'
import { isSignedIn, ownerTag } from '../http/own-group.ts'
import type { LogPage, NumberedInvalidation } from '../log/log-page.ts'
import type { PlainHandler } from '../observe/plain-answer.ts'
import { gatherNames, namesFor, namesForAll, ownedGroups } from './names-for.ts'
import { answerPoll, answerUnavailable } from './poll-answer.ts'
import { ReleasedFeed } from './released-feed.ts'
import { StreamConnection } from './stream-connection.ts'
import { beatEvent, invalidatedEvent, openEvent, resetEvent } from './stream-events.ts'
import {
  type InvalidationStreamOptions,
  type ResolvedStreamOptions,
  resolveStreamOptions,
} from './stream-options.ts'

export type { InvalidationStreamOptions } from './stream-options.ts'

/** What is invalidated, on its way to browsers. */
export interface InvalidationStream {
  /** Put it on the path that `register({ invalidations })` names: a stream of server-sent events, or one JSON answer for who polls. */
  readonly handler: PlainHandler
  /** How many browsers are connected. */
  readonly connections: number
  /** Ends all connections, for a shutdown; browsers come back to another process. */
  close(): void
}

const HEAD = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Compressed or transformed, events would wait for a block to fill.
  'Cache-Control': 'no-store, no-transform',
  // nginx gathers what it passes on, unless it is told.
  'X-Accel-Buffering': 'no',
}

/**
 * Tells browsers what to let go of, by server-sent events; `Last-Event-ID` is a place in the log, so whoever was away is told what was
 * missed, by whichever process it comes back to. The log is read once, however many listen. Everybody's groups and URLs go to
 * all who connect; a group that is one user's own (`ownGroup`) goes to that user's browsers only. Throws `option-invalid`,
 * `duration-invalid`.
 *
 * @example
 * const stream = invalidationStream({ cache, partition: (request) => request.session.userId })
 * app.get('/invalidations', stream.handler)
 */
export function invalidationStream(options: InvalidationStreamOptions): InvalidationStream {
  return new Stream(resolveStreamOptions(options))
}

class Stream implements InvalidationStream {
  readonly #options: ResolvedStreamOptions
  readonly #feed: ReleasedFeed
  readonly #connections = new Set<StreamConnection>()
  readonly #unfollow: () => void
  #beat: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: ResolvedStreamOptions) {
    this.#options = options
    this.#feed = new ReleasedFeed(options.feed, options)
    this.#unfollow = this.#feed.follow({
      invalidated: (entry) => this.#tellAll(entry),
      reset: (seq) => {
        const text = resetEvent(this.#cursor(seq))
        for (const connection of this.#connections) connection.send(seq, text)
      },
    })
  }

  get connections(): number {
    return this.#connections.size
  }

  readonly handler: PlainHandler = (request, response) => {
    if (request.method !== 'GET') {
      response.writeHead(405, { Allow: 'GET', 'Cache-Control': 'no-store' }).end()
      return
    }
    const { feed, maxConnections, retryMs } = this.#options
    const text = headerOf(request, 'last-event-id') ?? after(request)
    const cursor = text === undefined ? undefined : feed.parseCursor(text)
    // Of another log, or none: what it stands for can't be told.
    const isUnknown = text !== undefined && cursor === undefined
    const tag = this.#ownerTagOf(request)
    if (headerOf(request, 'accept')?.includes('text/event-stream') !== true) {
      void this.#poll(response, isUnknown ? 'unknown' : cursor, tag)
    } else if (this.#isClosed || this.#connections.size >= maxConnections) {
      answerUnavailable(response, retryMs)
    } else {
      void this.#connect(response, isUnknown ? 'unknown' : cursor, tag)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#unfollow()
    clearInterval(this.#beat)
    for (const connection of this.#connections) connection.end()
    this.#connections.clear()
  }

  async #connect(
    response: ServerResponse,
    cursor: number | 'unknown' | undefined,
    tag: string | undefined,
  ): Promise<void> {
    const { beatMs, maxAgeMs, now, random, retryMs } = this.#options
    const endsAtMs = now() + maxAgeMs * (0.5 + random() / 2)
    const connection = new StreamConnection(response, tag, endsAtMs)
    this.#connections.add(connection)
    response.once('close', () => this.#connections.delete(connection))
    this.#beat ??= setInterval(() => this.#keepUp(), beatMs).unref()
    response.writeHead(200, HEAD)
    const from = cursor === 'unknown' || cursor === undefined ? this.#feed.seq : cursor
    // Else all who were cut off together would be back together.
    const about = { beatMs, retryMs: Math.round(retryMs * (1 + random())) }
    connection.write(openEvent(this.#cursor(from), about))
    try {
      const page = cursor === 'unknown' ? undefined : await this.#feed.since(from)
      const seq = page?.cursor ?? this.#feed.seq
      const missed = page === undefined ? resetEvent(this.#cursor(seq)) : this.#textOf(page, tag)
      if (missed !== '') connection.write(missed)
      // That there was nothing has to be said as well.
      else if (this.#options.feed.isCaughtUp) connection.write(beatEvent(this.#cursor(seq)))
      connection.release(seq)
    } catch {
      // Nobody knows now what was missed: it asks again.
      connection.end()
    }
  }

  async #poll(
    response: ServerResponse,
    cursor: number | 'unknown' | undefined,
    tag: string | undefined,
  ): Promise<void> {
    const { feed, retryMs } = this.#options
    try {
      // While the log can't be read, that nothing is known is no proof that nothing was invalidated.
      if (!feed.isCaughtUp || this.#isClosed) throw new Error('The log is away.')
      const from = typeof cursor === 'number' ? cursor : this.#feed.seq
      const page = cursor === 'unknown' ? undefined : await this.#feed.since(from)
      const names = page && gatherNames(page.entries, tag)
      answerPoll(response, this.#cursor(page?.cursor ?? this.#feed.seq), names)
    } catch {
      answerUnavailable(response, retryMs)
    }
  }

  #tellAll({ invalidation, seq }: NumberedInvalidation): void {
    const cursor = this.#cursor(seq)
    const names = namesForAll(invalidation)
    const text = names.groups.length + names.urls.length > 0 ? invalidatedEvent(cursor, names) : ''
    const owners = new Set(ownedGroups(invalidation).map(ownerTagOf))
    for (const connection of this.#connections) {
      const { ownerTag } = connection
      if (ownerTag !== undefined && owners.has(ownerTag)) {
        connection.send(seq, invalidatedEvent(cursor, namesFor(invalidation, ownerTag)))
      } else if (text !== '') connection.send(seq, text)
    }
  }

  /** What was missed, as one event. */
  #textOf(page: LogPage, tag: string | undefined): string {
    const names = gatherNames(page.entries, tag)
    if (names === undefined) return resetEvent(this.#cursor(page.cursor))
    const isEmpty = names.groups.length + names.urls.length === 0
    return isEmpty ? '' : invalidatedEvent(this.#cursor(page.cursor), names)
  }

  #keepUp(): void {
    const { feed, now } = this.#options
    // A beat says that there was nothing else; without the log nobody knows, and a comment keeps proxies from hanging up.
    const text = feed.isCaughtUp ? beatEvent(this.#cursor(this.#feed.seq)) : ':\n\n'
    for (const connection of this.#connections) {
      if (connection.isHeld) continue
      connection.write(text)
      if (now() >= connection.endsAtMs) connection.end()
    }
  }

  #cursor(seq: number): string {
    return this.#options.feed.cursorOf(seq)
  }

  #ownerTagOf(request: IncomingMessage): string | undefined {
    try {
      const user = this.#options.partition?.(request as Request)
      return isSignedIn(user) ? ownerTag(user) : undefined
    } catch {
      // It is told what concerns everybody.
      return undefined
    }
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The cursor in the query: a browser's first request can't have a `Last-Event-ID`. */
function after({ url = '' }: IncomingMessage): string | undefined {
  const at = url.indexOf('?')
  return (at < 0 ? undefined : new URLSearchParams(url.slice(at)).get('after')) || undefined
}
