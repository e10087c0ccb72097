import { CATALOG_GROUP } from '../cache-groups.ts'

/** Which responses an nginx in front of the shop may keep of what is invalidated by group: it knows no groups, and is told their URLs. */
export function knownUrls(groups: readonly string[], nginxUrl: string): string[] {
  return groups.flatMap(pathsOf).map((path) => nginxUrl + path)
}

/**
 * Listings and searches have more URLs than anybody can name, so an nginx is not to keep them at all.
 *
 * Source: nginx.org, "Module ngx_http_proxy_module", `proxy_cache_valid`.
 */
export const NOT_KEPT_BY_NGINX = { paths: ['/api/products'], field: ['X-Accel-Expires', '0'] } as const

function pathsOf(group: string): string[] {
  if (group === CATALOG_GROUP) return ['/api/catalog', '/api/categories']
  const [, id] = /^product-(\d+)$/.exec(group) ?? []
  return id === undefined ? [] : [`/api/products/${id}`]
}
