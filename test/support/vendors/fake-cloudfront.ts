import { createHash, createHmac } from 'node:crypto'
import { http } from 'msw'
import { type FakeCall, FakeVendor, listWithin, meet } from './fake-vendor.ts'

export const DISTRIBUTION = 'EDFDVBD632BHDS5'
export const AWS_KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLESESSION==',
}
export const TAG_FIELD = 'X-Amz-Meta-Cache-Tag'
const MOST_PATHS = 3_000
const MOST_WILDCARDS = 15

/** CreateInvalidation of CloudFront's API 2020-05-31, with what Signature Version 4 asks of a request. */
export class FakeCloudFront extends FakeVendor {
  readonly handlers = [
    http.post(
      'https://cloudfront.amazonaws.com/2020-05-31/distribution/:id/invalidation',
      async ({ request }) => this.receive(request),
    ),
  ]
  readonly #references = new Set<string>()
  #paths = 0
  #wildcards = 0

  /** What is in progress is done. */
  finish(): void {
    this.#paths = 0
    this.#wildcards = 0
  }

  protected override tagsOf(fields: Headers): string[] {
    const tags = listWithin(fields.get(TAG_FIELD) ?? '', ',', 20_480)
    return tags.slice(0, 50).map((tag) => tag.toLowerCase())
  }

  protected override answer(call: FakeCall): Response {
    const expected = signatureOf(call)
    if (!(call.fields.get('authorization') ?? '').endsWith(`Signature=${expected}`)) {
      // The real message quotes the request like this, its session token too.
      return awsError(403, 'SignatureDoesNotMatch', [...call.fields].join('\n'))
    }
    if (!call.url.pathname.includes(DISTRIBUTION)) return awsError(404, 'NoSuchDistribution')
    const reference = /<CallerReference>(.+)<\/CallerReference>/.exec(call.body)?.[1] ?? ''
    if (reference === '' || this.#references.has(reference))
      return awsError(409, 'InvalidationBatchAlreadyExists')
    const paths = [...call.body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, path]) => plain(path ?? ''))
    if (!call.body.includes(`<Quantity>${paths.length}</Quantity>`))
      return awsError(400, 'InconsistentQuantities')
    if (!paths.every(isPath)) return awsError(400, 'InvalidArgument')
    if (paths.length > MOST_PATHS) return awsError(413, 'BatchTooLarge')
    const wildcards = paths.filter((path) => path.endsWith('*')).length
    if (this.#paths + paths.length - wildcards > MOST_PATHS || this.#wildcards + wildcards > MOST_WILDCARDS) {
      return awsError(400, 'TooManyInvalidationsInProgress')
    }
    this.#references.add(reference)
    this.#paths += paths.length - wildcards
    this.#wildcards += wildcards
    this.#invalidate(paths)
    return new Response('<?xml version="1.0"?><Invalidation><Status>InProgress</Status></Invalidation>', {
      status: 201,
    })
  }

  protected override tooMany(): Response {
    return awsError(400, 'Throttling')
  }

  #invalidate(paths: readonly string[]): void {
    const tags = new Set(
      paths.filter((path) => path.startsWith('#')).map((path) => path.slice(1).toLowerCase()),
    )
    this.purge((at, held) => {
      const { pathname, search } = new URL(at)
      const path = encoded(pathname + search)
      const isMeant = (one: string): boolean =>
        one === path || (one.endsWith('*') && path.startsWith(one.slice(0, -1)))
      return meet(held, tags) || paths.some(isMeant)
    }, false)
  }
}

export function awsError(status: number, code: string, message = ''): Response {
  const body = `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>4e6b</RequestId></ErrorResponse>`
  return new Response(body, { status, headers: { 'content-type': 'text/xml' } })
}

/** AWS, "Create a signed AWS API request": from the secret, and from what arrived. */
function signatureOf({ url, fields, body }: FakeCall): string {
  const said = fields.get('authorization') ?? ''
  const [, scope = '', names = ''] =
    /Credential=AKIDEXAMPLE\/([^,]+), SignedHeaders=([^,]+),/.exec(said) ?? []
  const signed = names.split(';')
  if (!signed.includes('host') || !signed.includes('x-amz-date') || !signed.includes('x-amz-security-token'))
    return '?'
  const canonical = [
    'POST',
    url.pathname,
    '',
    ...signed.map((name) => `${name}:${name === 'host' ? url.host : fields.get(name)}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n')
  const [day = '', region = '', service = '', end = ''] = scope.split('/')
  if (region !== 'us-east-1' || service !== 'cloudfront') return '?'
  const hash = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', fields.get('x-amz-date'), scope, hash].join('\n')
  let key = hmac(`AWS4${AWS_KEYS.secretAccessKey}`, day)
  for (const part of [region, service, end, text]) key = hmac(key, part)
  return key.toString('hex')
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function isPath(path: string): boolean {
  if (path.startsWith('#')) return /^#[!-+\--~]{1,256}$/.test(path)
  return path.startsWith('/') && path.length <= 4_000 && !/[{}|\\^~[\]`\s]/.test(path)
}

/** As CloudFront compares paths: what is unsafe in a URL is the same with "%". */
function encoded(path: string): string {
  return path.replaceAll(/[{}|\\^~[\]`]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}
