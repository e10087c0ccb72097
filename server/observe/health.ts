import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { type ObservedCache, type ObservedStatus, assertObserved } from './observed-cache.ts'
import { type PlainHandler, plainAnswer } from './plain-answer.ts'

export interface HealthOptions {
  /**
   * Whether a process without L2 should get no requests. The site goes on without it, from L1 and the loaders, so a Redis
   * that is away would otherwise take every process out of service at once. @default false
   */
  readonly requireL2?: boolean | undefined
}

/** What `ready` answers: states and numbers, no keys and no values. */
export interface ReadinessReport {
  /** `degraded`: it answers, but slower than it should. `unready` and `draining` go with status 503. */
  readonly status: 'ready' | 'degraded' | 'unready' | 'draining'
  readonly l2: ObservedStatus['l2']
  readonly breaker: ObservedStatus['breaker']
  /** `lagMs` is `null` where nothing has been heard of the log yet. */
  readonly log: { readonly isCaughtUp: boolean; readonly lagMs: number | null; readonly pending: number }
}

export interface HealthHandlers {
  /** 200 while this process answers at all. For what restarts processes: it asks nothing of Redis, which no restart mends. */
  readonly live: PlainHandler
  /** 200 while this process should get requests, else 503. For what hands out requests. */
  readonly ready: PlainHandler
  /** From here on `ready` answers 503, so that no new requests come while the last ones are answered. */
  drain(): void
}

/**
 * Handlers for what watches this process, such as Kubernetes' probes. They answer from memory, at once.
 * Throws `option-invalid`.
 *
 * @example
 * const health = healthHandlers(cache)
 * app.get('/livez', health.live).get('/readyz', health.ready)
 */
export function healthHandlers(cache: ObservedCache, options: HealthOptions = {}): HealthHandlers {
  refuseUnknownOptions('`healthHandlers`', options, ['requireL2'])
  assertObserved('healthHandlers', cache)
  const { requireL2 = false } = options
  if (typeof requireL2 !== 'boolean') {
    throw new ThermoclineError(
      'option-invalid',
      `\`requireL2\` is ${describeValue(requireL2)}. Give true or false.`,
    )
  }
  if (requireL2 && cache.status().l2 === 'none') {
    throw new ThermoclineError(
      'option-invalid',
      '`requireL2` is true, but the cache has no L2 and would never be ready. Give it one, or leave `requireL2` out.',
    )
  }
  let isDraining = false
  return {
    live: (request, response) => answerJson(request, response, 200, { status: 'live' }),
    ready: (request, response) => {
      const report = readiness(cache.status(), requireL2, isDraining)
      const isServing = report.status === 'ready' || report.status === 'degraded'
      answerJson(request, response, isServing ? 200 : 503, report)
    },
    drain: () => {
      isDraining = true
    },
  }
}

function readiness(status: ObservedStatus, requireL2: boolean, isDraining: boolean): ReadinessReport {
  const { l2, breaker, log } = status
  const isWell = l2 !== 'down' && breaker !== 'open' && log.isCaughtUp && log.pending === 0
  return {
    status: isDraining ? 'draining' : isWell ? 'ready' : requireL2 && l2 === 'down' ? 'unready' : 'degraded',
    l2,
    breaker,
    log: {
      isCaughtUp: log.isCaughtUp,
      lagMs: log.lagMs === undefined ? null : Math.round(log.lagMs),
      pending: log.pending,
    },
  }
}

function answerJson(
  ...[request, response, status, report]: [...Parameters<PlainHandler>, number, object]
): void {
  const body = `${JSON.stringify(report)}\n`
  plainAnswer(request, response, { status, contentType: 'application/json; charset=utf-8', body })
}
