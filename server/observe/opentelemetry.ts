import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { addTracer } from './channels.ts'
import { type ObservedCache, assertObserved } from './observed-cache.ts'
import type { OtelApi } from './otel-api.ts'
import { createOtelMetrics } from './otel-metrics.ts'
import { createSpanTracer, errorType } from './otel-spans.ts'
import { quietly } from './quietly.ts'

export interface OpenTelemetryOptions {
  readonly cache: ObservedCache
  /** `import * as api from '@opentelemetry/api'`, version 1.9. Start the SDK first: meters made before do nothing. */
  readonly api: OtelApi
  /** The attribute `thermocline.cache.name`, for applications with several caches. @default 'thermocline' */
  readonly name?: string | undefined
  /** Whether to make metrics. @default true */
  readonly metrics?: boolean | undefined
  /** What becomes a span: calls of loaders, questions to L2. @default ['load', 'l2'] */
  readonly spans?: readonly ('load' | 'l2')[] | undefined
  /** Whether spans carry keys. They go to whoever keeps your traces, and may name users. @default false */
  readonly keys?: boolean | undefined
}

const KNOWN = ['cache', 'api', 'name', 'metrics', 'spans', 'keys']

/**
 * Reports a cache to OpenTelemetry: metrics that are read when they are collected, and spans of what takes time. A hit in L1
 * is no span. Throws `option-invalid`.
 *
 * @example
 * import * as api from '@opentelemetry/api'
 * const observer = openTelemetryObserver({ cache, api })
 */
export function openTelemetryObserver(options: OpenTelemetryOptions): { close(): void } {
  refuseUnknownOptions('`openTelemetryObserver`', options, KNOWN)
  const { cache, api, name = 'thermocline', spans = ['load', 'l2'], keys = false } = options
  assertObserved('openTelemetryObserver', cache)
  assertApi(api)
  if (typeof name !== 'string' || name === '')
    refuse('name', name, 'a text that tells this cache from others')
  if (!Array.isArray(spans) || !spans.every((kind: unknown) => kind === 'load' || kind === 'l2')) {
    refuse('spans', spans, 'any of "load" and "l2" in an array')
  }
  for (const option of ['metrics', 'keys'] as const) {
    const value: unknown = options[option]
    if (value !== undefined && typeof value !== 'boolean') refuse(option, value, 'true or false')
  }
  const metrics = options.metrics === false ? undefined : createOtelMetrics(api, cache, name)
  const inSpan = createSpanTracer(api, { name, keys })
  const remove = addTracer(cache, async (operation, run) => {
    const work = spans.includes(operation.kind) ? () => inSpan(operation, run) : run
    if (metrics === undefined || operation.kind !== 'load') return work()
    const beganAtMs = performance.now()
    const record = (error?: string): void => {
      quietly(() => metrics.recordLoad(operation, performance.now() - beganAtMs, error))
    }
    const outcome = work()
    outcome.then(
      () => record(),
      (error: unknown) => record(errorType(error)),
    )
    return outcome
  })
  return {
    close: () => {
      remove()
      metrics?.close()
    },
  }
}

function assertApi(api: unknown): asserts api is OtelApi {
  const { metrics, trace, context } = (api ?? {}) as Partial<OtelApi>
  if (
    typeof metrics?.getMeter === 'function' &&
    typeof trace?.getTracer === 'function' &&
    typeof context?.with === 'function'
  ) {
    return
  }
  refuse('api', api, "all of `import * as api from '@opentelemetry/api'`")
}

function refuse(option: string, value: unknown, instead: string): never {
  throw new ThermoclineError(
    'option-invalid',
    `\`openTelemetryObserver\` was given \`${option}: ${describeValue(value)}\`. Give ${instead}.`,
  )
}
