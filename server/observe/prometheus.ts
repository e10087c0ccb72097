import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { type ObservedCache, assertObserved } from './observed-cache.ts'
import { type PlainHandler, plainAnswer } from './plain-answer.ts'
import { PrometheusFamilies } from './prometheus-families.ts'

/** The part of a prom-client `Registry` that is used here, by shape. */
export interface PrometheusRegistry {
  readonly contentType: string
  metrics(): Promise<string>
  registerMetric(metric: { get(): Promise<unknown>; reset(): void }): void
  getSingleMetric(name: string): unknown
  removeSingleMetric(name: string): void
}

export interface PrometheusOptions {
  readonly cache: ObservedCache
  /** prom-client's `register`, or a `Registry` of your own. */
  readonly registry: PrometheusRegistry
  /** The label `cache`. Caches that share a registry have different names. @default 'thermocline' */
  readonly name?: string | undefined
  /** Goes before the name of each metric. @default 'thermocline_cache_' */
  readonly prefix?: string | undefined
}

/** The metrics of a cache in a registry. */
export interface PrometheusMetrics {
  /** Answers a scrape with all that is in the registry. Nobody can reach it before you mount it. */
  readonly handler: PlainHandler
  /** Takes this cache out of the registry. */
  close(): void
}

const KNOWN = ['cache', 'registry', 'name', 'prefix']

/**
 * Puts a cache's metrics into a prom-client registry. They are read off the cache when a scrape comes, and cost nothing in
 * between. Throws `option-invalid`, also where the registry has metrics of those names from elsewhere.
 *
 * @example
 * app.get('/metrics', prometheusMetrics({ cache, registry: register }).handler)
 */
export function prometheusMetrics(options: PrometheusOptions): PrometheusMetrics {
  refuseUnknownOptions('`prometheusMetrics`', options, KNOWN)
  const { cache, registry, name = 'thermocline', prefix = 'thermocline_cache_' } = options
  assertObserved('prometheusMetrics', cache)
  if (typeof (registry as Partial<PrometheusRegistry> | undefined)?.registerMetric !== 'function') {
    refuse('registry', registry, "prom-client's `register`, or a `new Registry()` of it")
  }
  if (typeof name !== 'string' || name === '')
    refuse('name', name, 'a text that tells this cache from others')
  // Colons are for recording rules (Prometheus, "Metric names and labels").
  if (typeof prefix !== 'string' || !/^[a-zA-Z_]\w*$/.test(prefix)) {
    refuse('prefix', prefix, 'letters, digits and "_", such as "shop_cache_"')
  }
  const families = familiesIn(registry, prefix)
  if (families.caches.has(name)) refuse('name', name, 'another: the registry has a cache of that name')
  families.caches.set(name, cache)
  return {
    handler: (request, response) => void answerScrape(registry, request, response),
    close: () => {
      if (families.caches.get(name) !== cache) return
      families.caches.delete(name)
      if (families.caches.size > 0) return
      const own = families.names.filter(
        (one) => PrometheusFamilies.of(registry.getSingleMetric(one)) === families,
      )
      for (const one of own) registry.removeSingleMetric(one)
    },
  }
}

/** Those that another cache has brought already, else new ones. */
function familiesIn(registry: PrometheusRegistry, prefix: string): PrometheusFamilies {
  const fresh = new PrometheusFamilies(prefix)
  const present = fresh.names.map((name) => registry.getSingleMetric(name))
  const shared = PrometheusFamilies.of(present[0])
  const isForeign = (metric: unknown): boolean => {
    const families = PrometheusFamilies.of(metric)
    return metric !== undefined && (families === undefined || families !== shared)
  }
  const taken = fresh.names.find((_, index) => isForeign(present[index]))
  if (taken !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `\`registry\` has a metric ${describeValue(taken)} of somebody else's. Give another \`prefix\`.`,
    )
  }
  if (shared !== undefined) return shared
  for (const metric of fresh.metrics) registry.registerMetric(metric)
  return fresh
}

async function answerScrape(
  registry: PrometheusRegistry,
  ...[request, response]: Parameters<PlainHandler>
): Promise<void> {
  try {
    const body = await registry.metrics()
    plainAnswer(request, response, { status: 200, contentType: registry.contentType, body })
  } catch (error) {
    console.error('thermocline: the metrics could not be collected.', error)
    const body = 'The metrics could not be collected; the log of this process says why.\n'
    plainAnswer(request, response, { status: 500, contentType: 'text/plain; charset=utf-8', body })
  }
}

function refuse(option: string, value: unknown, instead: string): never {
  throw new ThermoclineError(
    'option-invalid',
    `\`prometheusMetrics\` was given \`${option}: ${describeValue(value)}\`. Give ${instead}.`,
  )
}
