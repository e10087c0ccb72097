// A process that tells an edge what is invalidated, until it is killed: REDIS_URL, NAMESPACE, and where the edge listens.
import { Redis } from 'ioredis'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import { createEdges } from '../../server/edges/edges.ts'
import type { EdgePurger } from '../../server/edges/edge-purger.ts'

const [url = '', namespace = '', edgeUrl = ''] = process.argv.slice(2)
const redis = new Redis(url)
const cache = createTieredCache({ redis, namespace, maxLagMs: 400 })
const edge: EdgePurger = {
  name: 'edge',
  abilities: { groups: true, urls: true, everything: true, expire: true },
  mostNames: { groups: 10, urls: 10 },
  purge: async ({ names }, signal) => {
    const response = await fetch(edgeUrl, { method: 'POST', body: names.join(' '), signal })
    if (!response.ok) throw new Error('no')
  },
}
createEdges({
  cache,
  redis,
  namespace,
  edges: [edge],
  leaseMs: 1_500,
  onEvent: (event) => {
    if (event.type === 'turn') process.send?.(event.outcome)
  },
})
