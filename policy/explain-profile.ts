import type { Exchange } from './exchange.ts'
import { reuseText } from './explain-reuse.ts'
import { type ExplanationStep, step } from './explanation-step.ts'
import { type ReuseDecision, type ReuseQuestion, decideReuse } from './reuse.ts'
import { type StoreDecision, type StoreQuestion, decideStore } from './storability.ts'
import { type Timeline, findTimeline } from './timeline.ts'

const LETTER = { profile: 'rfc9111' } as const

/** Where a shared cache by the letter of the RFC would keep what this one does not. */
export function explainStrictStore(question: StoreQuestion, decision: StoreDecision): ExplanationStep[] {
  if (question.cacheType !== 'shared' || decision.store) return []
  if (!decideStore({ ...question, ...LETTER }).store) return []
  const text =
    "That is this cache's profile alone: by the letter of RFC 9111 a shared cache may store it, and a CDN on the way may."
  return [step('profile-safe', text)]
}

/** Where one by the letter of the RFC would use it in another way. */
export function explainOtherReuse(
  question: ReuseQuestion,
  decision: ReuseDecision,
  timeline: Timeline,
  exchange: Exchange,
): ExplanationStep[] {
  if (question.cacheType !== 'shared') return []
  const letter = decideReuse({ ...question, ...LETTER })
  if (letter.kind !== decision.kind) {
    const text = `A shared cache that goes by the letter of RFC 9111 does otherwise. ${reuseText(letter, exchange)}`
    return [step('profile-safe', text)]
  }
  const { staleIfDisconnected } = findTimeline({ ...question, ...LETTER })
  if (staleIfDisconnected || !timeline.staleIfDisconnected) return []
  const text = 'A shared cache that goes by the letter of RFC 9111 gives no stale answer beside s-maxage.'
  return [step('profile-safe', text)]
}
