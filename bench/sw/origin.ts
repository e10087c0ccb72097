import { serve } from '../../test/support/serve.ts'
import { PRECACHED } from './variant.ts'

/** As long as the ones in the published figures. */
const BODY = 'x'.repeat(2_000)

export interface Origin {
  readonly url: string
  /** Requests for files so far. */
  readonly visits: () => number
  readonly close: () => Promise<void>
}

/** A site with any number of files, all fresh for an hour, and a worker where there is one. */
export async function startOrigin(worker: string | undefined): Promise<Origin> {
  let visits = 0
  const { close, url } = await serve(({ url: path = '/' }, response) => {
    if (path === '/sw.js' && worker !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' }).end(worker)
    } else if (path.startsWith('/file/') || path === PRECACHED) {
      visits += 1
      const headers = { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=3600', ETag: '"1"' }
      response.writeHead(200, headers).end(`/* ${path} ${BODY} */`)
    } else {
      response.writeHead(path === '/' ? 200 : 404, {
        'Content-Type': 'text/html',
        'Cache-Control': 'no-store',
      })
      response.end('<!doctype html><title>bench</title>')
    }
  })
  return { url, close, visits: () => visits }
}
