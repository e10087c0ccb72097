import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'

/**
 * The absolute path of a service worker that takes the drop-in away: it answers nothing, deletes what was stored, and
 * unregisters itself.
 */
export const serviceWorkerOffPath: string = fileURLToPath(new URL('../../sw-off.js', import.meta.url))

/**
 * Switches the service worker off in every browser, within one navigation: each response says so, and browsers that look for
 * the worker's script get one that goes by itself. Put it before all other handlers; take it away, and pages register the
 * worker again.
 *
 * @param script The path of the worker's script.
 */
export function workerOff(script = '/sw.js'): RequestHandler {
  return (request, response, next) => {
    response.setHeader('Thermocline-Worker', 'off')
    if (request.path !== script) {
      next()
      return
    }
    response.setHeader('Cache-Control', 'no-cache')
    response.sendFile(serviceWorkerOffPath, { cacheControl: false }, (error) => error && next(error))
  }
}
