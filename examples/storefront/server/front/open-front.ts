import type { RequestHandler } from 'express'
import type { TieredCache } from 'thermocline/server'
import { type EdgeEntry, type Edges, createEdges, nginx, varnish } from 'thermocline/server/edges'
import type { EdgeAddresses } from '../instance-config.ts'
import { NOT_KEPT_BY_NGINX, knownUrls } from './known-urls.ts'

/** What stands between the shop and its visitors. */
export interface Front {
  /** `undefined` where there is nothing. */
  readonly edges: Edges | undefined
  /** Goes before everything that decides headers. */
  readonly middleware: readonly RequestHandler[]
  /** What the cache does, and nginx is told of the URLs. */
  readonly invalidate: TieredCache['invalidate']
}

/** Tells the proxies that were named what is invalidated from here on. */
export function openFront(cache: TieredCache, { varnishUrl, nginxUrl }: EdgeAddresses): Front {
  const entries: EdgeEntry[] = []
  if (varnishUrl !== undefined) entries.push(varnish({ url: varnishUrl }))
  if (nginxUrl !== undefined) entries.push({ edge: nginx({ url: nginxUrl }), purge: ['urls'] })
  const edges = entries.length === 0 ? undefined : createEdges({ cache, edges: entries, onEvent: report })
  return {
    edges,
    middleware: [
      ...(edges === undefined ? [] : [edges.fields()]),
      ...(nginxUrl === undefined ? [] : [keepFromNginx]),
    ],
    invalidate: (what, options) => {
      const urls = nginxUrl === undefined ? [] : knownUrls(what.groups ?? [], nginxUrl)
      return cache.invalidate({ ...what, urls: [...(what.urls ?? []), ...urls] }, options)
    },
  }
}

const keepFromNginx: RequestHandler = ({ path }, response, next) => {
  if (NOT_KEPT_BY_NGINX.paths.some((one) => one === path)) response.set(...NOT_KEPT_BY_NGINX.field)
  next()
}

type Report = NonNullable<Parameters<typeof createEdges>[0]['onEvent']>

/** What an edge will never take, it goes on giving to visitors: somebody has to look. */
const report: Report = (event) => {
  if (event.type === 'dead-letter') console.error(`edges: ${event.letter.edge}: ${event.letter.reason}`)
}
