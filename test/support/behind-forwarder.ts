import type { RequestListener } from 'node:http'
import { afterEach } from 'vitest'
import { isUnreachable } from '../../server/response-cache/origin-failure.ts'
import type { ForwardFailure, ForwarderOptions } from '../../server/proxy/forwarder-options.ts'
import { createForwarder } from '../../server/proxy/forwarder.ts'
import { serve } from './serve.ts'

/** Steps that are taken after the test, the last one first. */
export const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step()
})

/** An origin that answers as told (or the URL of one), and a server in front of it. */
export async function behind(origin: RequestListener | string, options: Partial<ForwarderOptions> = {}) {
  let originUrl = origin
  if (typeof originUrl !== 'string') {
    const served = await serve(origin as RequestListener)
    cleanup.push(served.close)
    originUrl = served.url
  }
  const failures: ForwardFailure[] = []
  const unreachable: boolean[] = []
  const forwarder = createForwarder({
    origin: originUrl,
    onFailure: (failure) => failures.push(failure),
    ...options,
  })
  const { url, close } = await serve((request, response) => {
    response.on('finish', () => unreachable.push(isUnreachable(response)))
    forwarder.handle(request, response)
  })
  cleanup.push(() => forwarder.close(0), close)
  return { url, originUrl, failures, unreachable, forwarder }
}

/** A request whose connection ends with the answer. */
export const GET = (path = '/', ...fields: string[]): string[] => [
  `GET ${path} HTTP/1.1`,
  'Host: shop.example',
  ...fields,
  'Connection: close',
  '',
  '',
]
