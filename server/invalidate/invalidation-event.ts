import { describeValue } from '../../policy/index.ts'
import type { InvalidateOptions } from '../cache/invalidate-options.ts'
import type { Invalidation } from '../log/invalidation.ts'
import { originGroup } from '../response-groups.ts'

/** What a request is answered with where it asks for something that can't be done. */
export interface Refusal {
  readonly status: 400 | 501
  readonly detail: string
}

/** What an event asks for, as the cache takes it. */
export interface ReadEvent {
  readonly invalidation: Invalidation
  readonly wait: InvalidateOptions['wait']
}

const WAITS: ReadonlySet<unknown> = new Set(['local', 'fleet', 'edges'])
const PORTABLE_GROUP = /^[a-z0-9._~-]{1,128}$/

/**
 * Reads an event of draft-nottingham-http-invalidation-01 §3: `type`, `selectors`, for groups `groups`, and `purge`, which deletes
 * in place of expiring. Members that are not known are passed over, as the draft has it; `wait` is our own.
 *
 * @param most - how many names one event may come to.
 */
export function readInvalidationEvent(event: unknown, most: number): ReadEvent | Refusal {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return bad(`The body is ${describeValue(event)}. Send an object: {"type": "uri", "selectors": [...]}.`)
  }
  const { type, selectors, groups, purge = false, wait } = event as Readonly<Record<string, unknown>>
  if (typeof type !== 'string') return bad(`\`type\` is ${describeValue(type)}. Send "uri" or "group".`)
  if (type !== 'uri' && type !== 'group') {
    return {
      status: 501,
      detail: `Selectors of the type ${describeValue(type)} are not supported here. Use "uri" or "group"; responses that go together can share a group.`,
    }
  }
  if (!isStrings(selectors))
    return bad(`\`selectors\` is ${describeValue(selectors)}. Send an array of strings.`)
  if (selectors.length === 0) return bad('`selectors` is empty. Name at least one.')
  if (typeof purge !== 'boolean') return bad(`\`purge\` is ${describeValue(purge)}. Send true or false.`)
  if (wait !== undefined && !WAITS.has(wait)) {
    return bad(`\`wait\` is ${describeValue(wait)}. Send "local", "fleet" or "edges".`)
  }
  const mode = purge ? 'delete' : 'expire'
  const named = type === 'uri' ? readUris(selectors, most) : readGroups(selectors, groups, most)
  if ('status' in named) return named
  return { invalidation: { ...named, mode }, wait: wait as InvalidateOptions['wait'] }
}

function readUris(selectors: readonly string[], most: number): Invalidation | Refusal {
  if (selectors.length > most) return tooMany(selectors.length, most)
  const odd = selectors.find((selector) => urlOf(selector) === undefined)
  if (odd !== undefined) {
    return bad(
      `The selector ${describeValue(odd)} is no absolute URI. Send such as "https://shop.example/api/products/42".`,
    )
  }
  return { urls: selectors }
}

/**
 * Groups of an origin (RFC 9875). A name that is portable is one of this application's own too, which every process, edge and
 * browser knows it by; another one is only in the fields of responses.
 */
function readGroups(selectors: readonly string[], groups: unknown, most: number): Invalidation | Refusal {
  if (!isStrings(groups) || groups.length === 0) {
    return bad(`\`groups\` is ${describeValue(groups)}. With the type "group", send an array of their names.`)
  }
  const count = selectors.length * groups.length
  if (count > most) return tooMany(count, most)
  const origins: string[] = []
  for (const selector of selectors) {
    const url = urlOf(selector)
    if (url === undefined || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      return bad(
        `The selector ${describeValue(selector)} is no origin. Send such as "https://shop.example:443".`,
      )
    }
    origins.push(url.host)
  }
  return {
    groups: [
      ...groups.filter((group) => PORTABLE_GROUP.test(group)),
      ...origins.flatMap((host) => groups.map((group) => originGroup(host, group))),
    ],
  }
}

function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}

function tooMany(count: number, most: number): Refusal {
  return bad(`The event comes to ${count} names, and ${most} are taken at once. Send several.`)
}

function bad(detail: string): Refusal {
  return { status: 400, detail }
}
