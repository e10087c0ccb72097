import { type TracingChannel, channel, tracingChannel } from 'node:diagnostics_channel'
import type { CacheEvent } from '../cache/cache-event.ts'
import type { CacheOperation, CacheTracer } from './cache-operation.ts'

/** An event as the channel carries it, with the namespace of the cache that it is of. */
export type CacheMessage = CacheEvent & { readonly namespace: string }

const events = channel('thermocline:cache')
const operations: Readonly<Record<CacheOperation['kind'], TracingChannel<unknown, CacheOperation>>> = {
  load: tracingChannel<unknown, CacheOperation>('thermocline:load'),
  l2: tracingChannel<unknown, CacheOperation>('thermocline:l2'),
}
/** By cache: who watches one of them is not told of the others. */
const tracers = new WeakMap<object, Set<CacheTracer>>()

/** Adds a tracer to a cache; the function that comes back takes it away again. */
export function addTracer(cache: object, tracer: CacheTracer): () => void {
  const present = tracers.get(cache) ?? new Set()
  tracers.set(cache, present.add(tracer))
  return () => {
    present.delete(tracer)
  }
}

/** Tells those who listen on the channel `thermocline:cache` of an event, if anybody does. */
export function publishEvent(namespace: string, event: CacheEvent): void {
  if (events.hasSubscribers) events.publish({ ...event, namespace } satisfies CacheMessage)
}

/** Whether anybody would see an operation of that kind of this cache. */
export function isTraced(cache: object, kind: CacheOperation['kind']): boolean {
  return operations[kind].hasSubscribers || (tracers.get(cache)?.size ?? 0) > 0
}

/**
 * Does what `run` does, where those who trace this cache and those who listen on `tracing:thermocline:load:*` or
 * `tracing:thermocline:l2:*` can see it begin and end. With nobody there it is a call of `run`, which must return a promise.
 */
export function traceOperation<T>(
  cache: object,
  operation: CacheOperation,
  run: () => Promise<T>,
): Promise<T> {
  let traced = run
  for (const tracer of tracers.get(cache) ?? []) {
    const inner = traced
    traced = () => tracer(operation, inner)
  }
  const channels = operations[operation.kind]
  return channels.hasSubscribers ? publishOperation(channels, operation, traced) : traced()
}

/** `tracePromise` hands what the promise resolves with to every subscriber, and values are nobody's business. */
async function publishOperation<T>(
  channels: TracingChannel<unknown, CacheOperation>,
  operation: CacheOperation,
  run: () => Promise<T>,
): Promise<T> {
  const found: T[] = []
  await channels.tracePromise(async () => {
    found.push(await run())
  }, operation)
  return found[0] as T
}
