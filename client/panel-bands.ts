import type { CacheStatusMember } from '../policy/index.ts'
import { type LayerId, layerOfName } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'
import { memberWords } from './panel-words.ts'

/** `asked` passed the request on or confirmed a copy, `answered` ended it, `spared` lies below and was left in peace. */
type BandRole = 'asked' | 'answered' | 'spared'

/** One layer in the drawing of a request's way down. */
export interface Band {
  readonly layer: LayerId
  readonly name: string
  readonly role: BandRole
  readonly words: string
}

/** The layers of one request, warm to cold, down to the server; only those that are known to be there. */
export function toBands(row: RequestRow): Band[] {
  const members = row.chain.toReversed()
  // Whatever is in the chain lies below the browser's own cache.
  const answer = row.answer === undefined ? members.length : members.indexOf(row.answer)
  const depth = row.layer === 'http' ? -1 : answer
  const bands = members.map((member, index) => {
    if (index === depth) return toBand(member, 'answered', row.layer)
    // A 304 brings the trace of its own way down; any other copy still has the one it was made with.
    return toBand(member, index < depth || row.state === 'revalidated' ? 'asked' : 'spared')
  })
  return [...(row.layer === 'http' ? [httpCacheBand(row)] : []), ...bands, serverBand(row)]
}

function toBand(member: CacheStatusMember, role: BandRole, layer = layerOfName(member.name)): Band {
  const name = layer === 'sw' || layer === 'precache' ? 'Service worker' : member.name
  const words = memberWords(member)
  return {
    layer,
    name,
    role,
    words: role === 'spared' ? `not asked; when this copy was made: ${words}` : words,
  }
}

function httpCacheBand({ state }: RequestRow): Band {
  const words = state === 'revalidated' ? 'asked the server, 304 not modified' : 'had it, nothing was sent'
  return { layer: 'http', name: 'HTTP cache', role: 'answered', words }
}

function serverBand({ layer, state, chain }: RequestRow): Band {
  if (layer === 'origin') return { layer, name: 'Origin', role: 'answered', words: 'made this response' }
  if (layer === 'network') {
    return { layer, name: 'Server', role: 'answered', words: 'without a trace' }
  }
  if (layer === 'unknown') {
    const words = state === 'failed' ? 'no response came' : 'the browser does not tell more'
    return { layer, name: 'Server', role: 'asked', words }
  }
  return state === 'revalidated' && !chain.some(({ hit }) => hit)
    ? { layer: 'origin', name: 'Origin', role: 'asked', words: 'confirmed that nothing has changed' }
    : { layer: 'origin', name: 'Origin', role: 'spared', words: 'not asked' }
}
