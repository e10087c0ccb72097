import { http } from 'msw'
import { type FakeCall, FakeVendor, listWithin, meet } from './fake-vendor.ts'

export const SERVICE = 'SU1Z0isxPaozGVKXdv0eY'
export const FASTLY_TOKEN = 'fastly-9zX_kd0QmVt2Lw8sYb31'
const MOST_KEYS = 256
const MOST_KEY_BYTES = 1_024

/** Fastly's purging API: by surrogate keys, by URL, and all. */
export class FakeFastly extends FakeVendor {
  readonly handlers = [
    http.post('https://api.fastly.com/service/:service/purge', async ({ request }) => this.receive(request)),
    http.post('https://api.fastly.com/service/:service/purge_all', async ({ request }) =>
      this.receive(request),
    ),
    http.post('https://api.fastly.com/purge/*', async ({ request }) => this.receive(request)),
  ]
  /** When its window ends: Unix time in seconds. */
  reset: number | undefined

  protected override tagsOf(fields: Headers): string[] {
    const keys = listWithin(fields.get('surrogate-key') ?? '', ' ', 16_384)
    const tooLong = keys.findIndex((key) => key.length > MOST_KEY_BYTES)
    return tooLong === -1 ? keys : keys.slice(0, tooLong)
  }

  protected override answer({ url, fields, body }: FakeCall): Response {
    if (fields.get('fastly-key') !== FASTLY_TOKEN) {
      return Response.json({ msg: 'Provided credentials are missing or invalid' }, { status: 401 })
    }
    const isSoft = fields.has('fastly-soft-purge')
    const [, first, service, ...rest] = url.pathname.split('/')
    if (first === 'purge') {
      const meant = url.href.slice(`${url.origin}/purge/`.length)
      this.purge((at) => at.replace(/^https?:\/\//, '') === meant, isSoft)
      return Response.json({ status: 'ok', id: '108-1391560174-974124' })
    }
    if (service !== SERVICE) return Response.json({ msg: 'Record not found' }, { status: 404 })
    if (rest[0] === 'purge_all') {
      this.purge(() => true, false)
      return Response.json({ status: 'ok' })
    }
    const { surrogate_keys: keys } = JSON.parse(body) as { surrogate_keys: string[] }
    if (keys.length > MOST_KEYS) {
      const reason = `Batch surrogate key request only supports up to ${MOST_KEYS} surrogate keys`
      return Response.json({ status: 'fail', reason }, { status: 400 })
    }
    if (keys.some((key) => key.length > MOST_KEY_BYTES))
      return Response.json({ status: 'fail' }, { status: 400 })
    const meant = new Set(keys)
    this.purge((_, held) => meet(held, meant), isSoft)
    return Response.json(Object.fromEntries(keys.map((key, i) => [key, `108-1391560174-${i}`])))
  }

  protected override tooMany(): Response {
    const headers = { 'fastly-ratelimit-remaining': '0', 'fastly-ratelimit-reset': String(this.reset ?? '') }
    return Response.json({ msg: 'Too many requests' }, { status: 429, headers })
  }
}
