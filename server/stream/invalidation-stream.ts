import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import { ownerTagOf } from '../../policy/index.ts'
import { isSignedIn, ownerTag } from '../http/own-group.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import type { PlainHandler } from '../observe/plain-answer.ts'
import { type Asker, asComingBack, catchUp } from './catch-up.ts'
import { type Names, namesFor, namesForAll, ownedGroups } from './names-for.ts'
import { answerPoll, answerUnavailable } from './poll-answer.ts'
import { ReleasedFeed } from './released-feed.ts'
import { StreamConnection } from './stream-connection.ts'
import { type StreamCursor, formatStreamCursor, markOf, parseStreamCursor } from './stream-cursor.ts'
import { BEAT_EVENT, RESET_EVENT, invalidatedEvent, openEvent, withCursor } from './stream-events.ts'
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
        const place = options.feed.cursorOf(seq)
        for (const connection of this.#connections) connection.send(seq, RESET_EVENT, place)
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
    const asker = this.#askerOf(request)
    // Where it is of another log, or none, what it stands for can't be told.
    const from =
      text === undefined
        ? { seq: this.#feed.seq, mark: markOf(asker.ownerTag) }
        : parseStreamCursor(feed, text)
    if (headerOf(request, 'accept')?.includes('text/event-stream') !== true) {
      void this.#poll(response, from, asker)
    } else if (this.#isClosed || this.#connections.size >= maxConnections) {
      answerUnavailable(response, retryMs)
    } else {
      void this.#connect(response, from, asker)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#unfollow()
    clearInterval(this.#beat)
    for (const connection of this.#connections) connection.end()
    this.#connections.clear()
  }

  async #connect(response: ServerResponse, from: StreamCursor | undefined, asker: Asker): Promise<void> {
    const { beatMs, feed, maxAgeMs, now, random, retryMs } = this.#options
    const endsAtMs = now() + maxAgeMs * (0.5 + random() / 2)
    const connection = new StreamConnection(response, asker.ownerTag, endsAtMs)
    this.#connections.add(connection)
    response.once('close', () => this.#connections.delete(connection))
    this.#beat ??= setInterval(() => this.#keepUp(), beatMs).unref()
    response.writeHead(200, HEAD)
    // Else all who were cut off together would be back together.
    const about = { beatMs, retryMs: Math.round(retryMs * (1 + random())) }
    // Who is cut off before being told what was missed comes back as it came.
    const opened =
      from === undefined ? 'unknown' : formatStreamCursor(feed, asComingBack(from, asker.ownerTag))
    connection.write(withCursor(openEvent(about), opened))
    try {
      const { cursor, names, toldTo, whose } = await catchUp(this.#feed, from, asker)
      const missed = names === undefined ? RESET_EVENT : isEmpty(names) ? undefined : invalidatedEvent(names)
      // That there was nothing has to be said as well.
      const told = missed ?? (feed.isCaughtUp ? BEAT_EVENT : undefined)
      if (told !== undefined) connection.write(withCursor(told, formatStreamCursor(feed, cursor)))
      connection.release(toldTo, whose)
    } catch {
      // Nobody knows now what was missed: it asks again.
      connection.end()
    }
  }

  async #poll(response: ServerResponse, from: StreamCursor | undefined, asker: Asker): Promise<void> {
    const { feed, retryMs } = this.#options
    try {
      // While the log can't be read, that nothing is known is no proof that nothing was invalidated.
      if (!feed.isCaughtUp || this.#isClosed) throw new Error('The log is away.')
      const { cursor, names } = await catchUp(this.#feed, from, asker)
      answerPoll(response, formatStreamCursor(feed, cursor), names)
    } catch {
      answerUnavailable(response, retryMs)
    }
  }

  #tellAll({ invalidation, seq }: NumberedInvalidation): void {
    const place = this.#options.feed.cursorOf(seq)
    const names = namesForAll(invalidation)
    const forAll = isEmpty(names) ? undefined : invalidatedEvent(names)
    const owners = new Set(ownedGroups(invalidation).map(ownerTagOf))
    for (const connection of this.#connections) {
      const { ownerTag } = connection
      if (ownerTag !== undefined && owners.has(ownerTag)) {
        connection.send(seq, invalidatedEvent(namesFor(invalidation, ownerTag)), place)
      } else if (forAll !== undefined) connection.send(seq, forAll, place)
    }
  }

  #keepUp(): void {
    const { feed, now } = this.#options
    const { seq } = this.#feed
    const place = feed.cursorOf(seq)
    for (const connection of this.#connections) {
      if (connection.isHeld) continue
      // A beat says that there was nothing else; without the log nobody knows, and a comment keeps proxies from hanging up.
      if (feed.isCaughtUp) connection.send(seq, BEAT_EVENT, place)
      else connection.write(':\n\n')
      if (now() >= connection.endsAtMs) connection.end()
    }
  }

  #askerOf(request: IncomingMessage): Asker {
    try {
      const user = this.#options.partition?.(request as Request)
      return { ownerTag: isSignedIn(user) ? ownerTag(user) : undefined, isKnown: true }
    } catch {
      // It is told what concerns everybody.
      return { ownerTag: undefined, isKnown: false }
    }
  }
}

function isEmpty({ groups, urls }: Names): boolean {
  return groups.length + urls.length === 0
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
