import { refuseUnknownOptions } from '../../policy/index.ts'
import type { EdgePurger, PurgeRequest } from './edge-purger.ts'
import { headersOf } from './proxy-headers.ts'
import { type ProxyCall, eachOf, proxyCaller, proxyFailure } from './proxy-request.ts'

export interface NginxOptions {
  /** Where it listens: "http://127.0.0.1:8080". One edge for each nginx, since each keeps its own. */
  readonly url: string
  /** Names it to people; with several, each its own. @default 'nginx' */
  readonly name?: string | undefined
  /** Further fields of each request, such as one that its configuration asks for. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What nginx can be asked. It knows nothing of groups, keeps nothing as stale, and can't be emptied. */
interface NginxAbilities {
  readonly groups: false
  readonly urls: true
  readonly everything: false
  readonly expire: false
}

const ABILITIES: NginxAbilities = { groups: false, urls: true, everything: false, expire: false }
/** By the configuration that comes with it: any application may answer 200 or 404. */
const PURGED = 'thermocline-purged'
const HINT =
  'Load ngx_cache_purge and add the lines of docs/guides/edges/nginx.conf; the purging address must be in `proxy_cache_purge`.'
const AT_ONCE = 8

/**
 * Purges an open-source nginx that has the module ngx_cache_purge (Debian: `libnginx-mod-http-cache-purge`), URL by URL. nginx itself has
 * no way to purge. Throws `option-invalid`.
 *
 * Source: the README of ngx_cache_purge 2.3.
 */
export function nginx(options: NginxOptions): NginxPurger {
  refuseUnknownOptions('`nginx`', options, ['url', 'name', 'headers'])
  return new NginxPurger(options)
}

export class NginxPurger implements EdgePurger {
  readonly name: string
  readonly abilities = ABILITIES
  readonly mostNames = { groups: 1, urls: 100 }
  readonly #headers: Readonly<Record<string, string>>
  readonly #call: ProxyCall

  constructor({ url, name = 'nginx', headers }: NginxOptions) {
    this.name = name
    this.#headers = headersOf('nginx', headers)
    this.#call = proxyCaller('nginx', url)
  }

  async purge({ names }: PurgeRequest, signal: AbortSignal): Promise<void> {
    await eachOf(names, AT_ONCE, async (name) => {
      const { host, pathname, search } = new URL(name)
      const answer = await this.#call('PURGE', pathname + search, { ...this.#headers, Host: host }, signal)
      // 404 and 412: it holds nothing of that name.
      const isTaken = answer.status === 200 || answer.status === 404 || answer.status === 412
      if (!isTaken || answer.headers[PURGED] === undefined) {
        throw proxyFailure(`The nginx "${this.name}"`, answer, HINT)
      }
    })
  }
}
