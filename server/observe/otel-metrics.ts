import { LOAD_TIME_BOUNDS_MS } from '../cache/load-times.ts'
import type { LoadOperation } from './cache-operation.ts'
import { MEASUREMENTS, type Measurement, readCache } from './measurements.ts'
import type { ObservedCache } from './observed-cache.ts'
import type { OtelApi, OtelMeter, OtelObservable, OtelReadings } from './otel-api.ts'

/** Goes before the names of metrics and attributes; of the meter and the tracer it is the whole name. */
export const SCOPE = 'thermocline'
const PREFIX = `${SCOPE}.cache.`

/** An attribute of the name that it has under this library's own prefix. */
export function attribute(name: string): string {
  return PREFIX + name
}

/** The metrics of one cache. */
export interface OtelMetrics {
  /** Counts a load that has ended. `errorType` where it threw. */
  recordLoad(operation: LoadOperation, durationMs: number, errorType: string | undefined): void
  close(): void
}

/** Has a cache read whenever metrics are collected. Load times are recorded one by one, as no histogram can be read later. */
export function createOtelMetrics(api: OtelApi, cache: ObservedCache, name: string): OtelMetrics {
  const meter = api.metrics.getMeter(SCOPE)
  const metrics = MEASUREMENTS.map(
    (measurement) => [measurement, createObservable(meter, measurement)] as const,
  )
  const observables = metrics.map(([, observable]) => observable)
  const collect = (readings: OtelReadings): void => {
    const reading = readCache(cache)
    for (const [measurement, observable] of metrics) {
      for (const { labels, value } of measurement.read(reading)) {
        readings.observe(observable, value, toAttributes(name, labels))
      }
    }
  }
  meter.addBatchObservableCallback(collect, observables)
  const loadTimes = meter.createHistogram(`${PREFIX}load.duration`, {
    description: 'How long loaders took, those that failed too',
    unit: 's',
    advice: { explicitBucketBoundaries: LOAD_TIME_BOUNDS_MS.map((ms) => ms / 1_000) },
  })
  return {
    recordLoad: ({ policy, outcome }, durationMs, errorType) => {
      const settled = outcome ?? (errorType === undefined ? 'loaded' : 'failed')
      loadTimes.record(durationMs / 1_000, {
        ...toAttributes(name, { policy, outcome: settled }),
        ...(errorType === undefined ? {} : { 'error.type': errorType }),
      })
    },
    close: () => meter.removeBatchObservableCallback(collect, observables),
  }
}

function createObservable(meter: OtelMeter, { name, kind, unit, help }: Measurement): OtelObservable {
  const options = { description: help, unit }
  if (kind === 'counter') return meter.createObservableCounter(PREFIX + name, options)
  if (kind === 'sum') return meter.createObservableUpDownCounter(PREFIX + name, options)
  return meter.createObservableGauge(PREFIX + name, options)
}

function toAttributes(name: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(labels).map(([label, value]) => [attribute(label), value] as const)
  return Object.fromEntries([[attribute('name'), name], ...own])
}
