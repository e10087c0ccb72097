import { checkExchange } from './check-exchange.ts'
import { conditionalHeaders } from './conditional.ts'
import { type ResponseDirectives, readDirectives } from './directives.ts'
import type { Exchange } from './exchange.ts'
import { explainOtherReuse, explainStrictStore } from './explain-profile.ts'
import { ageText, errorsText, lifetimeText, refreshedText, reuseText } from './explain-reuse.ts'
import { explainSelection } from './explain-selection.ts'
import { directivesText, storeText } from './explain-store.ts'
import { explainUnread } from './explain-unread.ts'
import { type ExplanationStep, brief, listed, step } from './explanation-step.ts'
import { type CacheType, type FreshnessLifetime, assess } from './freshness.ts'
import type { SearchRule } from './no-vary-search.ts'
import { evaluatePreconditions } from './preconditions.ts'
import { type RangeDecision, decideRange } from './range.ts'
import { type ReuseDecision, decideReuse } from './reuse.ts'
import type { RuleId } from './rules.ts'
import { decideStore } from './storability.ts'
import { readTargetedDirectives } from './targeted.ts'
import { type Timeline, findTimeline } from './timeline.ts'
import { type Invalidation, decideInvalidation } from './unsafe.ts'

/** What it came to. */
export type Verdict =
  /** Not stored; and what is stored of these is let go of (RFC 9111 §4.4, RFC 9875 §3). */
  | (Pick<Invalidation, 'urls' | 'groups' | 'rule'> & { readonly kind: 'invalidates' })
  | { readonly kind: 'not-stored'; readonly rule: RuleId }
  | {
      readonly kind: 'stored'
      readonly rule: RuleId
      readonly lifetime: FreshnessLifetime
      /** What becomes of the same request at `nowMs`; also its age and time to live. */
      readonly reuse: ReuseDecision
      readonly timeline: Timeline
      /** How the answer is sent, where the stored response is used at once. */
      readonly answer?: 'not-modified' | RangeDecision['kind']
      /** The fields that make a request to the server conditional. */
      readonly validators: ReturnType<typeof conditionalHeaders>
      /** Request fields in which another request must be equal, lower-case (RFC 9111 §4.1). */
      readonly vary: readonly string[]
      readonly search: SearchRule
      readonly groups: readonly string[]
    }

export interface Explanation {
  readonly cacheType: CacheType
  readonly nowMs: number
  readonly steps: readonly ExplanationStep[]
  readonly verdict: Verdict
}

/**
 * What a cache does with an exchange, and by which rules, in order: whether it stores the response, for how long that is
 * fresh, what becomes of the same request later, and what a write makes invalid. It asks the functions that caches ask, so
 * that it can't disagree with them. A field may hold anything; throws `option-invalid` for an exchange that is none: a part
 * that is missing, header fields without a `get`, an unknown `cacheType` or `profile`.
 */
export function explain(exchange: Exchange): Explanation {
  checkExchange(exchange)
  const { request, response, cacheType } = exchange
  const nowMs = exchange.nowMs ?? response.responseTimeMs
  const directives = directivesFor(exchange)
  const question = {
    method: request.method,
    requestHeaders: request.headers,
    status: response.status,
    headers: response.headers,
    cacheType,
    directives,
    ...profileOf(exchange),
  }
  const store = decideStore(question)
  const storeStep = step(store.rule, storeText(store.rule, exchange, directives))
  if (store.rule === 'store-method') return { cacheType, nowMs, ...explainOtherMethod(exchange, storeStep) }

  const steps = [
    step(directives.rule, directivesText(directives, exchange)),
    ...explainUnread(exchange, directives),
    storeStep,
    ...explainStrictStore(question, store),
  ]
  if (store.store) {
    const { steps: further, verdict } = explainReuse(exchange, directives, nowMs, store.rule)
    return { cacheType, nowMs, steps: [...steps, ...further], verdict }
  }
  if (response.status === 304) {
    const text =
      'It makes the stored response that was validated fresh again, with the fields that it carries.'
    steps.push(step('update-not-modified', text))
  }
  return { cacheType, nowMs, steps, verdict: { kind: 'not-stored', rule: store.rule } }
}

type Part = Pick<Explanation, 'steps' | 'verdict'>

function explainOtherMethod({ request, response }: Exchange, storeStep: ExplanationStep): Part {
  const method = brief(request.method.toUpperCase())
  const { urls, groups, rule } = decideInvalidation({
    ...request,
    status: response.status,
    headers: response.headers,
  })
  const steps = [storeStep, step(rule, invalidationText(method, response.status, rule, urls))]
  if (groups.length > 0) {
    steps.push(step('invalidate-groups', `What is stored of this origin in ${listed(groups)} is let go of.`))
  }
  if (method === 'HEAD') {
    const text =
      'Where a GET is stored, its fields are brought up to date if a validator says that it is the same, and it is let go of if one says that it has changed.'
    steps.push(step('update-head', text))
  }
  const isWrite = urls.length + groups.length > 0
  return {
    steps,
    verdict: isWrite
      ? { kind: 'invalidates', urls, groups, rule }
      : { kind: 'not-stored', rule: storeStep.rule },
  }
}

function invalidationText(
  method: string,
  status: number,
  rule: Invalidation['rule'],
  urls: readonly string[],
): string {
  if (rule === 'invalidate-safe-method') return `${method} is a safe method, which makes nothing invalid.`
  if (rule === 'invalidate-error-status') return `A ${status} is an error: what is stored of the URL stays.`
  return `${method} is no safe method and a ${status} no error, so what is stored is let go of: ${urls.map(brief).join(', ')}.`
}

function explainReuse(
  exchange: Exchange,
  directives: ResponseDirectives,
  nowMs: number,
  storeRule: RuleId,
): Part {
  const { request, response, cacheType } = exchange
  const stored = assess(response, cacheType, directives)
  const question = { stored, cacheType, requestHeaders: request.headers, nowMs, ...profileOf(exchange) }
  const reuse = decideReuse(question)
  const timeline = findTimeline(question)
  const { lifetime } = stored
  const selection = explainSelection(response.headers)
  const steps = [
    ...selection.steps,
    // Where each use is validated first, it makes no difference how old it is.
    ...(reuse.rule === 'reuse-no-cache'
      ? []
      : [step(`lifetime-${lifetime.source}`, lifetimeText(lifetime)), step('age-current', ageText(reuse))]),
    step(reuse.rule, reuseText(reuse, exchange)),
  ]
  const isUsed = reuse.kind === 'fresh' || reuse.kind === 'stale-while-revalidate'
  const answer = isUsed ? explainAnswer(exchange) : undefined
  if (answer !== undefined) steps.push(answer.step)
  steps.push(...explainLater(timeline, cacheType, nowMs))
  steps.push(...explainOtherReuse(question, reuse, timeline, exchange))
  const validators = conditionalHeaders(response.headers)
  steps.push(explainValidation(validators))
  return {
    steps,
    verdict: {
      kind: 'stored',
      rule: storeRule,
      lifetime,
      reuse,
      timeline,
      ...(answer === undefined ? {} : { answer: answer.answer }),
      validators,
      ...selection.facts,
    },
  }
}

/** In which form the stored response goes out to this request. */
function explainAnswer({
  request,
  response,
}: Exchange): { step: ExplanationStep; answer: 'not-modified' | RangeDecision['kind'] } | undefined {
  if (evaluatePreconditions(request.headers, response) === 'not-modified') {
    const text = 'The request shows that the client has it already: it is answered with a 304 and no body.'
    return { step: step('reuse-not-modified', text), answer: 'not-modified' }
  }
  const declared = response.headers.get('content-length') ?? ''
  const length = response.bodyBytes ?? (/^\d+$/.test(declared) ? Number(declared) : undefined)
  if (!request.headers.get('range') || response.status !== 200 || length === undefined) return undefined
  const range = decideRange(request.headers, { status: 200, headers: response.headers, length })
  if (range.kind === 'whole') {
    const text = 'The Range can or must be passed over: the whole is sent, with a 200.'
    return { step: step('range-whole', text), answer: 'whole' }
  }
  const sent = range.kind === 'part' ? 'A part is cut out of it, with a 206' : 'It has no such part: 416'
  return { step: step(`range-${range.kind}`, `${sent}, ${range.contentRange}.`), answer: range.kind }
}

/** What it is good for afterwards. */
function explainLater(timeline: Timeline, cacheType: CacheType, nowMs: number): ExplanationStep[] {
  const { staleWhileRevalidateUntilMs = 0, staleIfErrorUntilMs = 0, staleIfDisconnected } = timeline
  const steps: ExplanationStep[] = []
  if (staleWhileRevalidateUntilMs > nowMs) {
    steps.push(step('reuse-stale-while-revalidate', refreshedText(timeline, cacheType, nowMs)))
  }
  if (staleIfErrorUntilMs > nowMs) {
    steps.push(step('reuse-stale-if-error', errorsText(timeline, cacheType, nowMs)))
  }
  // Of private caches none does: the service worker asks for the window above, browsers show an error.
  if (staleIfDisconnected && cacheType === 'shared') {
    const text = 'While the server can not be reached at all, it may answer however stale it is.'
    steps.push(step('reuse-stale-if-disconnected', text))
  }
  return steps
}

function explainValidation(validators: ReturnType<typeof conditionalHeaders>): ExplanationStep {
  const fields = Object.entries(validators).map(([name, value]) => `${name}: ${brief(value)}`)
  if (fields.length === 0) {
    return step(
      'validate-in-full',
      'It has no validator: when the server is asked again, it sends all of it.',
    )
  }
  const text = `The server is asked again with ${fields.join(' and ')}: if nothing changed, it answers 304, without a body.`
  return step('validate-conditional', text)
}

/** A private cache is nobody's target, whatever it is given. */
function directivesFor({ response, cacheType, targets }: Exchange): ResponseDirectives {
  return cacheType === 'shared'
    ? readTargetedDirectives(response.headers, targets)
    : readDirectives(response.headers)
}

function profileOf({ profile }: Exchange) {
  return profile === undefined ? {} : { profile }
}
