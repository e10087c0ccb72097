import type { Names } from './names-for.ts'

/** Events as the browser reads them (HTML Living Standard, §9.2 Server-sent events). `cursor` is where to read on after it. */
function event(type: string, cursor: string, data: object): string {
  return `id: ${cursor}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The first: from where on what follows is told, how often it is heard of, and when to come back if it ends. */
export function openEvent(cursor: string, about: { beatMs: number; retryMs: number }): string {
  return `retry: ${about.retryMs}\n${event('open', cursor, { beatMs: about.beatMs })}`
}

export function invalidatedEvent(cursor: string, { groups, urls }: Names): string {
  return event('invalidated', cursor, { groups, urls })
}

/** What was missed can't be told: nothing that is held counts as current. */
export function resetEvent(cursor: string): string {
  return event('reset', cursor, {})
}

/** All there was up to the cursor has been told. A comment would do for proxies, but the page could not see it. */
export function beatEvent(cursor: string): string {
  return event('beat', cursor, {})
}
