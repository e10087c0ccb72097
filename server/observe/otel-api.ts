type Attributes = Record<string, string | number | boolean>

/** What a span belongs to. It is handed on and not looked into. */
interface OtelContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OtelContext
  deleteValue(key: symbol): OtelContext
}

/** What tells a span from all others. It is handed on and not looked into. */
interface OtelSpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

export interface OtelSpan {
  setAttribute(name: string, value: string): unknown
  setStatus(status: { code: number; message?: string }): unknown
  recordException(exception: Error): void
  end(): void
}

interface OtelTracer {
  startSpan(
    name: string,
    options: {
      kind: number
      attributes: Attributes
      root?: boolean
      links?: { context: OtelSpanContext }[]
    },
    context: OtelContext,
  ): OtelSpan
}

/** A metric that is read when metrics are collected. It is handed on and not looked into. */
export interface OtelObservable {
  readonly addCallback: unknown
}

interface OtelHistogram {
  record(value: number, attributes: Attributes): void
}

/** Takes the readings of one collection. */
export interface OtelReadings {
  observe(metric: OtelObservable, value: number, attributes: Attributes): void
}

interface MetricOptions {
  description: string
  unit: string
  advice?: { explicitBucketBoundaries: number[] }
}

export interface OtelMeter {
  createHistogram(name: string, options: MetricOptions): OtelHistogram
  createObservableCounter(name: string, options: MetricOptions): OtelObservable
  createObservableUpDownCounter(name: string, options: MetricOptions): OtelObservable
  createObservableGauge(name: string, options: MetricOptions): OtelObservable
  addBatchObservableCallback(collect: (readings: OtelReadings) => void, metrics: OtelObservable[]): void
  removeBatchObservableCallback(collect: (readings: OtelReadings) => void, metrics: OtelObservable[]): void
}

/**
 * The part of `@opentelemetry/api` that is used here, by shape, so that this package neither loads it nor names it in its
 * types. Version 1.9 fits.
 */
export interface OtelApi {
  readonly metrics: { getMeter(name: string): OtelMeter }
  readonly trace: {
    getTracer(name: string): OtelTracer
    setSpan(context: OtelContext, span: OtelSpan): OtelContext
    getSpanContext(context: OtelContext): OtelSpanContext | undefined
  }
  readonly context: {
    active(): OtelContext
    with<T>(context: OtelContext, run: () => T): T
  }
  readonly SpanKind: { readonly INTERNAL: number; readonly CLIENT: number }
  readonly SpanStatusCode: { readonly ERROR: number }
}
