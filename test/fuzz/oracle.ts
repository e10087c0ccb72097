import CachePolicy from 'http-cache-semantics'
import type { Exchange } from './exchange.ts'

/** What is compared: each is one decision, or one number, of both sides. */
export interface Answers {
  readonly stores: boolean
  /** Whole seconds. */
  readonly lifetime: number
  /** Whole seconds. */
  readonly age: number
  /** Whether the later request is answered at once, at once and refreshed behind it, or only after the origin was asked. */
  readonly reuse: 'fresh' | 'stale-while-revalidate' | 'revalidate'
}

export type Question = keyof Answers

/** What http-cache-semantics says about an exchange. It reads the time where it likes, so it is given a clock of ours. */
export function askOracle(exchange: Exchange, question: Question): Answers[Question] {
  const { method, request, status, response, laterRequest, responseTimeMs, nowMs } = exchange
  let timeMs = responseTimeMs
  class Policy extends CachePolicy {
    override now(): number {
      return timeMs
    }
  }
  const options = { shared: exchange.cacheType === 'shared' }
  const policy = new Policy({ method, headers: request }, { status, headers: response }, options)
  timeMs = nowMs
  if (question === 'stores') return policy.storable()
  if (question === 'lifetime') return Math.floor(policy.maxAge())
  if (question === 'age') return Math.floor(policy.age())
  const { response: answer, revalidation } = policy.evaluateRequest({ method, headers: laterRequest })
  if (answer === undefined) return 'revalidate'
  return revalidation === undefined ? 'fresh' : 'stale-while-revalidate'
}
