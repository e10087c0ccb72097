import { GROUPS, URLS, pathOf, resourceAt } from './resources.ts'

/** What reaches the origin of one request. */
export interface OriginRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
  /** Whose cookie came along; `undefined` without one. */
  readonly user: string | undefined
}

export interface OriginAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Who is signed in from now on. */
  readonly session?: string
}

/** When the origin last said what a representation is. */
export interface Confirmation {
  readonly atMs: number
  /** Counts what has happened so far. */
  readonly event: number
}

/** What a representation was made from. */
export interface Representation {
  readonly path: string
  readonly version: number
  readonly user: string
  readonly language: string
  readonly token: string
}

const GROUP_HEADER = 'x-group'
const USER_HEADER = 'x-user'

/** A server that knows what it has ever said, so that an answer can be held against it. */
export class ModelOrigin {
  condition: 'up' | 'failing' | 'away' = 'up'
  /** Counts whatever happens, so that what came first can be told. */
  event = 0
  readonly #versions = new Map<string, number>()
  readonly #said = new Map<string, Confirmation>()
  readonly #failed = new Map<string, number>()
  readonly #arrived = new Map<string, number>()

  version(url: string): number {
    return this.#versions.get(pathOf(url)) ?? 1
  }

  edit(url: string): void {
    this.#versions.set(pathOf(url), this.version(url) + 1)
  }

  /** When a representation was last sent or confirmed; `undefined` where it never was. */
  said(etag: string): Confirmation | undefined {
    return this.#said.get(etag)
  }

  /** The event at which a worker was last told of a representation, as far as that was noted. */
  lastArrival(etag: string): number {
    return this.#arrived.get(etag) ?? Number.POSITIVE_INFINITY
  }

  noteArrival(etag: string): void {
    this.#arrived.set(etag, (this.event += 1))
  }

  /** The event at which a request for a path last failed. */
  lastFailure(url: string): number {
    return this.#failed.get(pathOf(url)) ?? -1
  }

  noteFailure(url: string): void {
    this.#failed.set(pathOf(url), (this.event += 1))
  }

  /** Answers, or throws where the network is away. */
  answer(request: OriginRequest, nowMs: number): OriginAnswer {
    this.event += 1
    if (this.condition !== 'up') {
      this.noteFailure(request.url)
      if (this.condition === 'away') throw new TypeError('Failed to fetch')
      return { status: 500, headers: { 'Cache-Control': 'no-store' }, body: 'failing' }
    }
    return request.method === 'GET' ? this.#get(request, nowMs) : this.#write(request)
  }

  #get(request: OriginRequest, nowMs: number): OriginAnswer {
    const { headers, url, user = 'nobody' } = request
    const resource = resourceAt(url)
    const body = formatRepresentation({
      path: resource.path,
      version: this.version(url),
      user: resource.isPerUser ? user : 'all',
      language: resource.isByLanguage ? (headers.get('x-language') ?? '') : 'any',
      token: resource.isPerUser ? (headers.get('authorization') ?? 'none') : 'any',
    })
    const etag = `"${body}"`
    const isSame = headers.get('if-none-match') === etag
    this.#said.set(etag, { atMs: nowMs, event: this.event })
    const { directives, groups, lifetime, staleWhileRevalidate } = resource
    const window = staleWhileRevalidate > 0 ? `, stale-while-revalidate=${staleWhileRevalidate}` : ''
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '') ?? []
    const isPart = !isSame && first !== undefined
    return {
      status: isSame ? 304 : isPart ? 206 : 200,
      headers: {
        ...(isPart ? { 'Content-Range': `bytes ${first}-${last}/${body.length}` } : {}),
        ...resource.headers,
        'Cache-Control': `max-age=${lifetime}${window}${directives}`,
        ETag: etag,
        ...(groups.length > 0 ? { 'Cache-Groups': groups.map((name) => `"${name}"`).join(', ') } : {}),
        ...(resource.isPerUser ? { 'Thermocline-Partition': user } : {}),
      },
      body: isSame ? '' : isPart ? body.slice(Number(first), Number(last) + 1) : body,
    }
  }

  #write({ headers, url }: OriginRequest): OriginAnswer {
    const user = headers.get(USER_HEADER)
    const answered = { status: 200, body: 'written' }
    if (user !== null) {
      return {
        ...answered,
        headers: { 'Cache-Control': 'no-store', 'Thermocline-Partition': user },
        session: user,
      }
    }
    const group = headers.get(GROUP_HEADER)
    const isMember = (member: string) => resourceAt(member).groups.includes(group ?? '')
    const paths = new Set([pathOf(url), ...URLS.filter(isMember).map(pathOf)])
    for (const path of paths) this.edit(path)
    return {
      ...answered,
      headers: {
        'Cache-Control': 'no-store',
        ...(GROUPS.some((name) => name === group) ? { 'Cache-Group-Invalidation': `"${group}"` } : {}),
      },
    }
  }
}

function formatRepresentation({ path, version, user, language, token }: Representation): string {
  return [path, `v${version}`, user, language, token].join(':')
}

export function parseRepresentation(text: string): Representation | undefined {
  const match = /^(\/[a-z-]+):v(\d+):([a-z]+):([a-z]*):([a-z]+)$/.exec(text)
  if (match === null) return undefined
  const [, path = '', version = '', user = '', language = '', token = ''] = match
  return { path, version: Number(version), user, language, token }
}
