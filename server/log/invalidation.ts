import { ThermoclineError, assertGroupName, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { isUrlName, ruledGroup, urlGroup } from '../response-groups.ts'

/** What becomes of what is invalidated: it is gone, or it counts as expired. */
export type InvalidationMode = 'delete' | 'expire'

/** What to let go of: any mix of keys, groups, key prefixes and URLs. The empty prefix means everything. */
export interface Invalidation {
  readonly keys?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly prefixes?: readonly string[] | undefined
  /** Absolute URLs of responses, as browsers and edges know them. */
  readonly urls?: readonly string[] | undefined
  /**
   * `delete`: never given again. `expire`: not fresh any more, but given as stale where an entry's own options
   * (`staleWhileRevalidate`, `staleIfError`, `softTimeout`) or a response's fields allow that. @default 'delete'
   */
  readonly mode?: InvalidationMode | undefined
}

/** An invalidation with every list present, except URLs, which few have. */
export interface CompleteInvalidation {
  readonly keys: readonly string[]
  readonly groups: readonly string[]
  readonly prefixes: readonly string[]
  /** Absolute and without fragments. What is stored for them here is in `groups` too. */
  readonly urls?: readonly string[]
  /** Absent: 'delete'. */
  readonly mode?: InvalidationMode
  /** When it was appended, in ms since the epoch by its author's clock: to be shown to people, never to be compared. */
  readonly at?: number
}

export const EVERYTHING: CompleteInvalidation = Object.freeze({ keys: [], groups: [], prefixes: [''] })

/** Names nothing: an entry of the log that is there to be met. */
export const NOTHING: CompleteInvalidation = Object.freeze({ keys: [], groups: [], prefixes: [] })

const LISTS = ['keys', 'groups', 'prefixes', 'urls'] as const
const KNOWN = [...LISTS, 'mode']

/**
 * Checks what a caller asked for. An empty request is refused, because it is always a mistake (a group list built from
 * nothing) and would otherwise pass for success. Throws `option-invalid`, `key-invalid` or `group-invalid`.
 */
export function checkInvalidation(invalidation: Invalidation): CompleteInvalidation {
  refuseUnknownOptions('`invalidate`', invalidation, KNOWN)
  const { keys = [], groups = [], prefixes = [], urls = [], mode = 'delete' } = invalidation
  const complete = { keys, groups, prefixes, urls }
  for (const part of LISTS) {
    const list: unknown = complete[part]
    if (isStrings(list)) continue
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` was given \`${part}: ${describeValue(list)}\`. Give an array of strings.`,
    )
  }
  if (!isMode(mode)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` was given \`mode: ${describeValue(mode)}\`. Give 'delete' or 'expire'.`,
    )
  }
  groups.forEach(assertGroupName)
  const places = urls.map(checkUrl)
  if (isNothing(complete)) {
    throw new ThermoclineError(
      'option-invalid',
      '`invalidate` was given nothing to invalidate. Name at least one key, group, prefix or URL; `prefixes: [""]` is everything.',
    )
  }
  // Copies: the caller may go on using its arrays.
  return {
    keys: [...keys],
    groups: [...new Set([...groups, ...places.flatMap(groupsOfUrl)])],
    prefixes: [...prefixes],
    ...(places.length > 0 ? { urls: places.map(({ href }) => href) } : {}),
    ...(mode === 'expire' ? { mode } : {}),
  }
}

/** A host is needed: the same path of another one is another response. */
function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` was given the URL ${describeValue(text)}. Give absolute ones, such as "https://shop.example/api/products/42".`,
    )
  }
  url.hash = ''
  return url
}

/** What the response cache calls all that it stores for a URL. */
function groupsOfUrl({ host, pathname: path, search }: URL): string[] {
  const place = { host, path, search }
  return search === '' ? [urlGroup(place)] : [urlGroup(place), ruledGroup(place)]
}

export function isNothing({ keys, groups, prefixes, urls = [] }: CompleteInvalidation): boolean {
  return keys.length + groups.length + prefixes.length + urls.length === 0
}

/** Whether it names what browsers and edges know: keys and the response cache's names for URLs mean nothing to them. */
export function leavesTheServer({ groups, prefixes, urls = [] }: CompleteInvalidation): boolean {
  return urls.length > 0 || prefixes.includes('') || groups.some((group) => !isUrlName(group))
}

/** As one log entry carries it. What came later stands last, where those who do not know it do not look. */
export function encodeInvalidation({ keys, groups, prefixes, mode, at, urls }: CompleteInvalidation): string {
  return JSON.stringify([keys, groups, prefixes, mode ?? 'delete', at, urls])
}

/**
 * The reverse; what can't be read invalidates everything, since late is allowed and lost is not. So does a mode that this
 * version does not know: it may ask for more than a deletion.
 */
export function decodeInvalidation(text: string): CompleteInvalidation {
  try {
    const [keys, groups, prefixes, mode = 'delete', at, urls] = JSON.parse(text) as unknown[]
    const hasNoUrls = urls === undefined || urls === null
    if (
      isStrings(keys) &&
      isStrings(groups) &&
      isStrings(prefixes) &&
      isMode(mode) &&
      (hasNoUrls || isStrings(urls))
    ) {
      return {
        keys,
        groups,
        prefixes,
        mode,
        ...(typeof at === 'number' ? { at } : {}),
        ...(hasNoUrls || urls.length === 0 ? {} : { urls }),
      }
    }
  } catch {
    // Falls through to the safe reading.
  }
  return EVERYTHING
}

function isMode(value: unknown): value is InvalidationMode {
  return value === 'delete' || value === 'expire'
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
