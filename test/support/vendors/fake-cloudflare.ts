import { http } from 'msw'
import { type FakeCall, FakeVendor, listWithin, meet } from './fake-vendor.ts'

export const ZONE = '023e105f4ecef8ad9ca31a8372d0c353'
export const CLOUDFLARE_TOKEN = 'cf-Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY'
const MOST_TAGS = 100
const MOST_URLS = 30

interface Purge {
  readonly tags?: readonly string[]
  readonly files?: readonly string[]
  readonly purge_everything?: boolean
}

/** POST /zones/{zone_id}/purge_cache of Cloudflare's API v4. */
export class FakeCloudflare extends FakeVendor {
  readonly handlers = [
    http.post('https://api.cloudflare.com/client/v4/zones/:zone/purge_cache', async ({ request }) =>
      this.receive(request),
    ),
  ]

  protected override tagsOf(fields: Headers): string[] {
    return listWithin(fields.get('cache-tag') ?? '', ',', 16_384).map((tag) => tag.toLowerCase())
  }

  protected override answer({ url, fields, body }: FakeCall): Response {
    if (fields.get('authorization') !== `Bearer ${CLOUDFLARE_TOKEN}`) {
      return refusal(403, 10_000, 'Authentication error')
    }
    if (!url.pathname.includes(ZONE)) return refusal(404, 7_003, 'Could not route to the zone')
    const { tags = [], files = [], purge_everything: isAll = false } = JSON.parse(body) as Purge
    if (tags.length > MOST_TAGS || files.length > MOST_URLS) {
      return refusal(400, 1_016, 'One or more cache purge errors')
    }
    // Both come with the status 200 (seen in opennextjs/opennextjs-cloudflare, pull request 655).
    if (tags.some((tag) => tag.length > 1_024)) return refusal(200, 1_100, 'Tag exceeds maximum length')
    if (tags.some((tag) => !/^[ -~]+$/.test(tag))) return refusal(200, 1_315, 'Non-printable characters')
    const meant = new Set(tags.map((tag) => tag.toLowerCase()))
    this.purge((at, held) => isAll || files.includes(at) || meet(held, meant), false)
    return Response.json({ success: true, errors: [], messages: [], result: { id: ZONE } })
  }

  protected override tooMany(): Response {
    return refusal(429, 971, 'Please wait and consider throttling your request speed', {
      'retry-after': '12',
    })
  }
}

export function refusal(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const envelope = { success: false, errors: [{ code, message }], messages: [], result: null }
  return Response.json(envelope, { status, headers })
}
