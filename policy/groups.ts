import { ThermoclineError, describeValue } from './errors.ts'
import { parseList } from './structured-fields.ts'

const GROUP_NAME = /^[a-z0-9._~-]{1,128}$/

/**
 * Checks the name of a group. Names are portable: every CDN that this toolkit speaks to accepts them as they are.
 * Throws `group-invalid`.
 */
export function assertGroupName(name: unknown): asserts name is string {
  if (typeof name === 'string' && GROUP_NAME.test(name)) return
  throw new ThermoclineError(
    'group-invalid',
    `The group name ${describeValue(name)} is not portable. Use 1 to 128 of a-z, 0-9, ".", "_", "~" and "-", ` +
      'for example "product-42" (":" is refused by Akamai, upper case is folded by Cloudflare).',
  )
}

/** The value of a `Cache-Groups` or `Cache-Group-Invalidation` field (RFC 9875 §2, §3): a list of strings. */
export function formatCacheGroups(groups: Iterable<string>): string {
  return [...new Set(groups)]
    .map((group) => {
      assertGroupName(group)
      return `"${group}"`
    })
    .join(', ')
}

/** The groups in a `Cache-Groups` value; a value that is no list of strings names none (RFC 9875 §2, RFC 9651 §4.2). */
export function parseCacheGroups(value: string | null | undefined): string[] {
  return (parseList(value ?? '') ?? []).map(([item]) => item).filter((item) => typeof item === 'string')
}
