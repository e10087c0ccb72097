import type { CacheOperation, CacheTracer } from './cache-operation.ts'
import type { OtelApi, OtelSpan } from './otel-api.ts'
import { SCOPE, attribute } from './otel-metrics.ts'
import { quietly } from './quietly.ts'

export interface SpanOptions {
  /** The cache's name. */
  readonly name: string
  /** Whether spans carry keys. */
  readonly keys: boolean
}

/**
 * A tracer that makes a span of each operation, and runs it with that span active, so that what a loader asks a database
 * becomes its child.
 */
export function createSpanTracer(api: OtelApi, { name, keys }: SpanOptions): CacheTracer {
  const tracer = api.trace.getTracer(SCOPE)

  const start = (operation: CacheOperation): OtelSpan => {
    const parent = api.context.active()
    const attributes = { ...attributesOf(operation, keys), [attribute('name')]: name }
    if (operation.kind === 'l2') {
      const title = `${operation.operation} ${operation.driver}`
      return tracer.startSpan(title, { kind: api.SpanKind.CLIENT, attributes }, parent)
    }
    const options = { kind: api.SpanKind.INTERNAL, attributes }
    const cause = operation.isBackground ? api.trace.getSpanContext(parent) : undefined
    // Nobody's request waits for it, and it may outlive the one that set it off: linked, not part of it.
    const origin = cause === undefined ? {} : { root: true, links: [{ context: cause }] }
    return tracer.startSpan('cache load', { ...options, ...origin }, parent)
  }

  const noteError = (span: OtelSpan, error: unknown): void => {
    span.setAttribute('error.type', errorType(error))
    span.setStatus({ code: api.SpanStatusCode.ERROR })
    if (error instanceof Error) span.recordException(error)
  }

  const end = (span: OtelSpan, operation: CacheOperation): void => {
    if (operation.kind === 'load' && operation.outcome !== undefined) {
      span.setAttribute(attribute('outcome'), operation.outcome)
    }
    span.end()
  }

  return async (operation, run) => {
    const span = quietly(() => start(operation))
    if (span === undefined) return run()
    try {
      return await api.context.with(api.trace.setSpan(api.context.active(), span), run)
    } catch (error) {
      quietly(() => noteError(span, error))
      throw error
    } finally {
      quietly(() => end(span, operation))
    }
  }
}

/** As OpenTelemetry's conventions for databases have it, where they have a name for it. */
function attributesOf(operation: CacheOperation, withKeys: boolean): Record<string, string | number> {
  const { keys } = operation
  const [key] = keys
  const asked = withKeys && key !== undefined && keys.length === 1 ? { [attribute('key')]: key } : {}
  const isBatch = keys.length > 1
  if (operation.kind === 'load') {
    const count = isBatch ? { [attribute('batch.size')]: keys.length } : {}
    return { [attribute('policy')]: operation.policy, ...count, ...asked }
  }
  const count = isBatch ? { 'db.operation.batch.size': keys.length } : {}
  return { 'db.system.name': operation.driver, 'db.operation.name': operation.operation, ...count, ...asked }
}

/** The code of an error, else its name: one of few, which a message is not. */
export function errorType(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : typeof error
}
