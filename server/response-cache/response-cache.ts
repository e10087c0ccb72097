import type { RequestListener } from 'node:http'
import { ThermoclineError, describeValue } from '../../policy/index.ts'
import { giveCommonShape } from '../http/common-shape.ts'
import type { Middleware } from '../http/http-policies.ts'
import { ResponseCacheEngine } from './engine.ts'
import { type ResponseCacheOptions, resolveOptions } from './options.ts'

/**
 * An HTTP cache (RFC 9111) as an Express middleware: responses that their headers let shared caches keep are kept in L1 and
 * L2, and answered from there. Goes first, before what sets headers: it has to see them all. Throws `option-invalid`.
 *
 * @example
 * app.use(responseCache({ cache }))
 */
export function responseCache(options: ResponseCacheOptions): Middleware {
  const engine = new ResponseCacheEngine(resolveOptions('`responseCache`', options))
  return (request, response, next) => {
    giveCommonShape(request, 'method')
    giveCommonShape(response, 'sendDate')
    engine.handle(request, response, next, undefined)
  }
}

/**
 * The same cache around a whole application. Hits are answered before the application hears of them, so they cost what a
 * bare `node:http` server costs. Throws `option-invalid`.
 *
 * @example
 * http.createServer(cachedListener(app, { cache })).listen(8080)
 */
export function cachedListener(application: RequestListener, options: ResponseCacheOptions): RequestListener {
  if (typeof application !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`cachedListener\` was given ${describeValue(application)}. Give an Express application or a function of a request and a response.`,
    )
  }
  const engine = new ResponseCacheEngine(resolveOptions('`cachedListener`', options))
  return (request, response) =>
    engine.handle(request, response, () => application(request, response), application)
}
