import { DIRECTIVES, type Directive, formatCacheControl, parseCacheControl } from './cache-control.ts'
import { splitOutsideQuotes } from './list-members.ts'
import { type InnerList, type Item, isInnerList, parseDictionary } from './structured-fields.ts'
import { suggestDirectives } from './suggest-directives.ts'
import { parseTargeted } from './targeted.ts'

/** A member of a caching field that says something else to a cache than it looks like. */
export interface UnreadMember {
  /** As it is written; not escaped. */
  readonly member: string
  /** The directives that a cache takes it for; '' where it is passed over. */
  readonly readAs: string
  /** Whether it is well formed, but no directive that is known (RFC 9111 §5.2.3). */
  readonly isUnknown: boolean
  /** What was meant, as far as can be guessed. */
  readonly suggestion?: string
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const MEMBER = new RegExp(`^(${TOKEN})(?:=(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN})))?$`)

/**
 * The members of a `Cache-Control` value that are not known, or can't be read as they stand, with what `parseCacheControl`
 * makes of each: it is asked, so that this can't disagree with it. For people; no cache needs it. Never throws.
 */
export function unreadDirectives(value: string | null | undefined): readonly UnreadMember[] {
  return membersOf(value).flatMap((member) => {
    const [, name, quoted, token] = MEMBER.exec(member) ?? []
    const directive = DIRECTIVES.get((name ?? '').toLowerCase())
    if (directive !== undefined && isArgument(directive, quoted ?? token)) return []
    const readAs = formatCacheControl(parseCacheControl(member))
    return [unread(member, readAs, name !== undefined && directive === undefined)]
  })
}

/** The same of a targeted field (RFC 9213 §2.1) that `parseTargeted` can read; of one that it can't, all of it. */
export function unreadTargeted(value: string | null | undefined): readonly UnreadMember[] {
  if (!value) return []
  if (parseTargeted(value) === undefined) return [unread(value.trim(), '', false)]
  return membersOf(value).flatMap((member) => {
    const [name, parsed] = firstOf(member)
    const readAs = formatCacheControl(parseTargeted(member) ?? {})
    const directive = DIRECTIVES.get(name)
    if (directive !== undefined && parsed !== undefined && isItemFor(directive, parsed)) return []
    return [unread(member, readAs, directive === undefined)]
  })
}

function membersOf(value: string | null | undefined): string[] {
  return splitOutsideQuotes(value ?? '', ',').filter(Boolean)
}

function isArgument({ key, kind }: Directive, argument: string | undefined): boolean {
  if (kind === 'flag') return argument === undefined
  if (kind === 'fields') return true
  return argument === undefined ? key === 'maxStale' : /^\d+$/.test(argument)
}

function isItemFor({ kind }: Directive, parsed: Item | InnerList): boolean {
  const [value, parameters] = parsed
  if (isInnerList(parsed) || parameters.size > 0) return false
  if (kind === 'seconds') return typeof value === 'number' && Number.isInteger(value) && value >= 0
  return value === true || (kind === 'fields' && typeof value === 'string')
}

function unread(member: string, readAs: string, isUnknown: boolean): UnreadMember {
  const suggestion = suggestDirectives(member)
  return { member, readAs, isUnknown, ...(suggestion === undefined ? {} : { suggestion }) }
}

function firstOf(member: string): readonly [string, Item | InnerList | undefined] {
  // A piece of what could be read only as a whole has none.
  const [first] = parseDictionary(member) ?? []
  return first ?? ['', undefined]
}
