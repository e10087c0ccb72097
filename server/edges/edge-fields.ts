import type { IncomingMessage, ServerResponse } from 'node:http'
import { fromNodeHeaders, parseCacheGroups, readTargetedDirectives } from '../../policy/index.ts'
import type { Middleware } from '../http/http-policies.ts'
import { onHead } from '../http/on-head.ts'
import { decidedBy } from '../http/order.ts'
import type { EdgeEvent } from './edge-event.ts'
import type { EdgePurger } from './edge-purger.ts'
import { type AddressedEdge, isForEdges } from './purge-plan.ts'

/**
 * An Express middleware that tells each edge, in its own field, which groups a response is in. It goes before all that decides headers, so
 * that it reads what they have written; if it comes later, `onMisplaced` is told.
 */
export function edgeFields(
  edges: readonly AddressedEdge[],
  emit: (event: EdgeEvent) => void,
  onMisplaced: () => void,
): Middleware {
  const tagging = edges
    .filter(({ purger, purge }) => purger.fields !== undefined && purge.has('groups'))
    .map(({ purger }) => purger)
  return (request, response, next) => {
    // Whoever asks for a head last is told first: before `Cache-Groups` is there.
    if (decidedBy(response) !== undefined) onMisplaced()
    onHead(response, () => {
      if (mayBeShared(request, response)) writeFields(response, tagging, emit)
    })
    next()
  }
}

function writeFields(
  response: ServerResponse,
  tagging: readonly EdgePurger[],
  emit: (event: EdgeEvent) => void,
): void {
  const value = response.getHeader('Cache-Groups')
  if (value === undefined) return
  const groups = parseCacheGroups(Array.isArray(value) ? value.join(', ') : String(value)).filter(isForEdges)
  if (groups.length === 0) return
  for (const purger of tagging) {
    try {
      for (const [name, text] of Object.entries(purger.fields?.(groups) ?? {})) response.setHeader(name, text)
    } catch (error) {
      emit({ type: 'fields-failed', edge: purger.name, error })
    }
  }
}

/** Whether an edge may keep it. What it must not keep needs no name there, and the groups are nobody's business. */
function mayBeShared({ method }: IncomingMessage, response: ServerResponse): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (!response.hasHeader('Cache-Groups') || response.hasHeader('Set-Cookie')) return false
  const { values } = readTargetedDirectives(fromNodeHeaders(response.getHeaders()))
  return values.noStore !== true && values.private === undefined
}
