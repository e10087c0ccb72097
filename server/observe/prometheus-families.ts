import { LOAD_TIME_BOUNDS_MS } from '../cache/load-times.ts'
import { type CacheReading, MEASUREMENTS, type Measurement, readCache } from './measurements.ts'
import type { ObservedCache } from './observed-cache.ts'

/** One line of what a metric says, as prom-client's registries take it. */
interface MetricValue {
  readonly value: number
  readonly labels: Record<string, string>
  readonly metricName?: string
}

type Describe = Pick<Measurement, 'name' | 'unit' | 'help'>
type Readings = ReadonlyMap<string, CacheReading>

const LOAD_TIMES: Describe = {
  name: 'load_duration',
  unit: 's',
  help: 'How long loaders took, those that failed too',
}

/**
 * A metric that is read off the caches when it is asked for. prom-client's own classes keep numbers that are added to one
 * by one, and have no way to take over a histogram that was counted elsewhere.
 */
class CollectedMetric {
  /** Written to by registries that speak OpenMetrics, so each answer says what it is now. */
  name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How prom-client's `AggregatorRegistry` puts the workers of a `node:cluster` together. */
  readonly aggregator: 'sum' | 'min' | 'max'
  readonly families: PrometheusFamilies
  readonly #read: (readings: Readings) => MetricValue[]

  constructor(
    families: PrometheusFamilies,
    head: { name: string; help: string; type: CollectedMetric['type']; aggregator: 'sum' | 'min' | 'max' },
    read: (readings: Readings) => MetricValue[],
  ) {
    this.families = families
    this.name = head.name
    this.help = head.help
    this.type = head.type
    this.aggregator = head.aggregator
    this.#read = read
  }

  get(): Promise<object> {
    const { name, help, type, aggregator } = this
    return Promise.resolve({ name, help, type, aggregator, values: this.#read(this.families.readings()) })
  }

  /** The caches count for themselves; nothing here could be set back. */
  reset(): void {}
}

/** The families of metrics that share a prefix in one registry, and the caches that they are read off. */
export class PrometheusFamilies {
  readonly caches = new Map<string, ObservedCache>()
  readonly metrics: readonly CollectedMetric[]
  /** The names under which they are registered. */
  readonly names: readonly string[]
  #readings: Readings | undefined

  constructor(prefix: string) {
    this.metrics = [
      ...MEASUREMENTS.map((measurement) => this.#metric(prefix, measurement)),
      this.#loadTimes(prefix),
    ]
    this.names = this.metrics.map(({ name }) => name)
  }

  /** The families that a registered metric is one of, if it is of this kind. */
  static of(metric: unknown): PrometheusFamilies | undefined {
    return metric instanceof CollectedMetric ? metric.families : undefined
  }

  /** What the caches say now. A registry asks all metrics in one go: they speak of the same moment, and read each cache once. */
  readings(): Readings {
    if (this.#readings === undefined) {
      this.#readings = new Map([...this.caches].map(([name, cache]) => [name, readCache(cache)]))
      queueMicrotask(() => {
        this.#readings = undefined
      })
    }
    return this.#readings
  }

  #metric(prefix: string, measurement: Measurement): CollectedMetric {
    const { kind, help, across = 'sum' } = measurement
    const isCounter = kind === 'counter'
    return new CollectedMetric(
      this,
      {
        name: metricName(prefix, measurement) + (isCounter ? '_total' : ''),
        help: `${help}.`,
        type: isCounter ? 'counter' : 'gauge',
        aggregator: across,
      },
      (readings) =>
        [...readings].flatMap(([cache, reading]) =>
          measurement.read(reading).map(({ labels, value }) => ({ labels: { cache, ...labels }, value })),
        ),
    )
  }

  #loadTimes(prefix: string): CollectedMetric {
    const name = metricName(prefix, LOAD_TIMES)
    return new CollectedMetric(
      this,
      { name, help: `${LOAD_TIMES.help}.`, type: 'histogram', aggregator: 'sum' },
      (readings) =>
        [...readings].flatMap(([cache, { stats }]) =>
          stats.policies.flatMap(({ policy, loadTimes }) => histogram(name, { cache, policy }, loadTimes)),
        ),
    )
  }
}

function histogram(
  name: string,
  labels: Record<string, string>,
  times: CacheReading['stats']['total']['loadTimes'],
): MetricValue[] {
  let below = 0
  const buckets = times.buckets.map((count, index) => {
    below += count
    const bound = LOAD_TIME_BOUNDS_MS[index]
    const le = bound === undefined ? '+Inf' : String(bound / 1_000)
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: times.sumMs / 1_000 },
    { metricName: `${name}_count`, labels, value: times.count },
  ]
}

/** Prometheus's custom: base units, in full, at the end of the name. */
function metricName(prefix: string, { name, unit }: Describe): string {
  const suffix = { s: '_seconds', By: '_bytes' }[unit] ?? ''
  return prefix + name.replaceAll('.', '_') + suffix
}
