import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import type { EdgePurger, PurgeRequest } from './edge-purger.ts'
import { type GroupBudget, groupField, groupsToPurge } from './group-budget.ts'
import { headersOf } from './proxy-headers.ts'
import { type ProxyAnswer, type ProxyCall, eachOf, proxyCaller, proxyFailure } from './proxy-request.ts'

export interface VarnishOptions {
  /** Where it listens: "http://127.0.0.1:6081". One edge for each Varnish, since each keeps its own. */
  readonly url: string
  /** Names it to people; with several, each its own. @default 'varnish' */
  readonly name?: string | undefined
  /**
   * Whether its VCL purges by vmod_xkey (`thermocline.vcl`), which knows which objects are in a group, and can keep them as stale. Without
   * it (`thermocline-ban.vcl`), a group is a ban: each object is compared with it, and what matches is gone. @default true
   */
  readonly xkey?: boolean | undefined
  /** Further fields of each request, such as one that the VCL asks for. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What Varnish can be asked: to keep what is invalidated as stale, only with vmod_xkey. */
interface VarnishAbilities {
  readonly groups: true
  readonly urls: true
  readonly everything: true
  readonly expire: boolean
}

/** By the VCL that comes with it, as it says so in its answers. */
const PURGED = 'thermocline-purged'
const HINT = 'Include the `thermocline.vcl` that belongs to this version, and list this address in its ACL.'
const AT_ONCE = 8
/** One line of a field has 8 KB (`http_req_hdr_len`, `http_resp_hdr_len`), its name included. */
const BUDGET: GroupBudget = { maxNames: 500, maxBytes: 7_900, separator: ' ' }
/** So that their names, each 32 long at most, and a blank after each, fit into one field. */
const MOST_GROUPS = 200

/**
 * Purges a Varnish 6 or 7 whose VCL includes ours (docs/guides/edges.md). Throws `option-invalid`.
 *
 * Sources: varnish-cache.org, "Purging and banning", "vmod_purge"; varnish-modules, "vmod_xkey".
 */
export function varnish(options: VarnishOptions): VarnishPurger {
  refuseUnknownOptions('`varnish`', options, ['url', 'name', 'xkey', 'headers'])
  return new VarnishPurger(options)
}

export class VarnishPurger implements EdgePurger {
  readonly name: string
  readonly abilities: VarnishAbilities
  readonly mostNames = { groups: MOST_GROUPS, urls: 100 }
  readonly #headers: Readonly<Record<string, string>>
  readonly #call: ProxyCall

  constructor({ url, name = 'varnish', xkey = true, headers }: VarnishOptions) {
    if (typeof xkey !== 'boolean') {
      throw new ThermoclineError(
        'option-invalid',
        `\`xkey\` of \`varnish\` is ${describeValue(xkey)}. Give true or false.`,
      )
    }
    this.name = name
    this.abilities = { groups: true, urls: true, everything: true, expire: xkey }
    this.#headers = headersOf('varnish', headers)
    this.#call = proxyCaller('varnish', url)
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    const field = groupField(groups, BUDGET)
    return field === '' ? {} : { xkey: field }
  }

  async purge({ kind, names, mode }: PurgeRequest, signal: AbortSignal): Promise<void> {
    const soft: Record<string, string> = mode === 'expire' ? { 'Thermocline-Soft': '1' } : {}
    if (kind === 'urls') {
      await eachOf(names, AT_ONCE, (name) => {
        const { host, pathname, search } = new URL(name)
        return this.#ask(kind, pathname + search, { ...soft, Host: host }, signal)
      })
      return
    }
    const groups = kind === 'groups' ? { 'Thermocline-Groups': groupsToPurge(names, BUDGET).join(' ') } : {}
    await this.#ask(kind, '/', { ...soft, ...groups }, signal)
  }

  async #ask(
    kind: PurgeRequest['kind'],
    path: string,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await this.#call(
      'PURGE',
      path,
      { ...this.#headers, 'Thermocline-Purge': kind, ...fields },
      signal,
    )
    // The application behind it, or other VCL, may answer 200 to anything.
    if (answer.status !== 200 || answer.headers[PURGED] !== kind) throw this.#failure(answer)
  }

  #failure(answer: ProxyAnswer): Error {
    return proxyFailure(`The Varnish "${this.name}"`, answer, HINT)
  }
}
