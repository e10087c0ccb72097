import { type Assessment, type ReuseDecision, currentAge, decideReuse } from '../../policy/index.ts'
import type { Ask } from './ask.ts'
import type { ResolvedOptions } from './options.ts'
import type { Found } from './response-store.ts'

/** Whether a response that was found answers a request now, and by which rule. */
export function decideFound(
  { headers }: Ask,
  { record, expiredForMs }: Found,
  { targets, now, rules }: ResolvedOptions,
): ReuseDecision {
  const nowMs = now()
  const stored = record.assess(targets)
  return decideReuse({
    requestHeaders: headers,
    stored: expiredForMs === undefined ? stored : asExpired(stored, expiredForMs, nowMs),
    nowMs,
    cacheType: 'shared',
    profile: rules,
  })
}

/**
 * What was expired (`mode: 'expire'`) as the rules are to see it: its lifetime ended then, unless it had before, and its stale
 * windows count from there.
 */
function asExpired(stored: Assessment, expiredForMs: number, nowMs: number): Assessment {
  const ageWhenExpired = currentAge(stored, nowMs) - Math.floor(expiredForMs / 1_000)
  const seconds = Math.min(stored.lifetime.seconds, ageWhenExpired)
  return { ...stored, lifetime: { ...stored.lifetime, seconds } }
}
