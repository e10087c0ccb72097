import { createHash, createHmac } from 'node:crypto'
import { http } from 'msw'
import { type FakeCall, FakeVendor, listWithin, meet } from './fake-vendor.ts'

export const AKAMAI_HOST = 'akab-h05tnam3wl42son7-3ifq3dfxvlp4c5b7.luna.akamaiapis.net'
export const AKAMAI_KEYS = {
  clientToken: 'akab-c113ntt0k3n4qtari252bfxxbsl-yvsdj',
  clientSecret: 'C113nt53KR3TN6N90yVuAgICxIRwsObLi0E67/N8eRN=',
  accessToken: 'akab-acc35t0k3nodujqunph3w7hzp7-gtm6ij',
}
export const CP_CODE = 123_456
const MOST_TAGS = 5_000
const NETWORKS = new Set(['production', 'staging'])

/** Akamai's Fast Purge API v3, with what EdgeGrid asks of a request. */
export class FakeAkamai extends FakeVendor {
  readonly handlers = [
    http.post(`https://${AKAMAI_HOST}/ccu/v3/:verb/:type/:network`, async ({ request }) =>
      this.receive(request),
    ),
  ]
  readonly #nonces = new Set<string>()

  protected override tagsOf(fields: Headers): string[] {
    return listWithin(fields.get('edge-cache-tag') ?? '', ',', 20_480).slice(0, 128)
  }

  protected override answer(call: FakeCall): Response {
    const { url, fields, body } = call
    if (!this.#isSigned(call)) return problem(401, 'Not authorized', 'The signature does not match')
    if (!(fields.get('content-type') ?? '').startsWith('application/json'))
      return problem(415, 'bad media type')
    if (body.length > 50_000) return problem(413, 'Request body too large')
    const [, , , verb, type, network = ''] = url.pathname.split('/')
    if (!NETWORKS.has(network)) return problem(404, 'Not found')
    const { objects } = JSON.parse(body) as { objects: (string | number)[] }
    if (objects.length > MOST_TAGS) return problem(429, 'Cache Tag Rate Limit exceeded')
    if (type === 'tag' && !objects.every((tag) => /^[\w!#$%'+./^`|~&=-]{1,128}$/.test(String(tag)))) {
      return problem(400, 'bad cache tag')
    }
    if (type === 'cpcode' && !objects.includes(CP_CODE)) return problem(403, 'unauthorized cpcode')
    const meant = new Set(objects.map(String))
    this.purge((at, held) => type === 'cpcode' || meant.has(at) || meet(held, meant), verb === 'invalidate')
    const accepted = {
      httpStatus: 201,
      estimatedSeconds: 5,
      purgeId: 'edcp-N',
      supportId: 'edcp-N',
      detail: 'Request accepted',
    }
    return Response.json(accepted, { status: 201 })
  }

  protected override tooMany(): Response {
    return problem(429, 'Rate Limit exceeded')
  }

  /** techdocs.akamai.com, "Authenticate with EdgeGrid": from the secret, and from what arrived. */
  #isSigned({ url, fields, body }: FakeCall): boolean {
    const [, said = '', signature = ''] =
      /^(EG1-HMAC-SHA256 .+;)signature=(.+)$/.exec(fields.get('authorization') ?? '') ?? []
    const one = (name: string): string => new RegExp(`[ ;]${name}=([^;]+);`).exec(said)?.[1] ?? ''
    if (one('client_token') !== AKAMAI_KEYS.clientToken || one('access_token') !== AKAMAI_KEYS.accessToken)
      return false
    const time = one('timestamp')
    const [, year, month, day, rest] = /^(\d{4})(\d\d)(\d\d)(T\d\d:\d\d:\d\d)\+0000$/.exec(time) ?? []
    if (!(Math.abs(Date.parse(`${year}-${month}-${day}${rest}Z`) - Date.now()) <= 30_000)) return false
    if (one('nonce') === '' || this.#nonces.has(one('nonce'))) return false
    this.#nonces.add(one('nonce'))
    const hash = createHash('sha256').update(body).digest('base64')
    const data = `POST\thttps\t${url.host}\t${url.pathname}${url.search}\t\t${hash}\t${said}`
    const key = createHmac('sha256', AKAMAI_KEYS.clientSecret).update(time).digest('base64')
    return createHmac('sha256', key).update(data).digest('base64') === signature
  }
}

export function problem(status: number, title: string, detail = ''): Response {
  const body = { supportId: '17PY1552425241133633', title, httpStatus: status, detail }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/api-problem+json' },
  })
}
