import type { Names } from './names-for.ts'

/** An event without its id, which is the browser's own place in the log. */
export type StreamEvent = string & { readonly isEvent: unique symbol }

/** Events as the browser reads them (HTML Living Standard, §9.2 Server-sent events). */
function event(type: string, data: object): StreamEvent {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n` as StreamEvent
}

/** The event with where to read on after it. */
export function withCursor(told: StreamEvent, cursor: string): string {
  return `${told}id: ${cursor}\n\n`
}

/** The first: from where on what follows is told, how often it is heard of, and when to come back if it ends. */
export function openEvent(about: { beatMs: number; retryMs: number }): StreamEvent {
  return `retry: ${about.retryMs}\n${event('open', { beatMs: about.beatMs })}` as StreamEvent
}

export function invalidatedEvent({ groups, urls }: Names): StreamEvent {
  return event('invalidated', { groups, urls })
}

/** What was missed can't be told: nothing that is held counts as current. */
export const RESET_EVENT = event('reset', {})

/** All there was up to the cursor has been told. A comment would do for proxies, but the page could not see it. */
export const BEAT_EVENT = event('beat', {})
