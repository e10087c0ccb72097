/**
 * Required in the package, and the other way round in the suite since: junk in `Age` is ignored and the first value counts
 * (RFC 9111 §5.1), where the package wants staleness; and where stale is forbidden and the origin gone it wants an answer from
 * the origin, which no cache can give.
 */
export const REVERSED_SINCE: readonly string[] = [
  'age-parse-nonnumeric',
  'age-parse-negative',
  'age-parse-float',
  'age-parse-prefix-twoline',
  'age-parse-dup-0',
  'age-parse-dup-0-twoline',
  'age-parse-dup-old',
  'age-parse-parameter',
  'age-parse-numeric-parameter',
  'stale-close-must-revalidate',
  'stale-close-proxy-revalidate',
  'stale-close-no-cache',
  'stale-close-s-maxage=2',
]
