import { type HeaderReader, type ResponseDirectives, readTargetedDirectives } from '../policy/index.ts'

const TARGETS: readonly string[] = ['sw-cache-control']

/**
 * What a response says to this cache: `SW-Cache-Control`, a targeted field (RFC 9213), where it is there and can be read,
 * else `Cache-Control`.
 */
export function workerDirectives(headers: HeaderReader): ResponseDirectives {
  return readTargetedDirectives(headers, TARGETS)
}
