import type { Connect } from 'vite'

/**
 * Answers the worker's URL as a server should: the browser asks for it again each time it looks for a new version. Where
 * there is no script it says so; the application's page in its place would be refused for its type, without a reason.
 */
export function serveWorker(
  path: string,
  read: () => Promise<string | Uint8Array | undefined>,
): Connect.NextHandleFunction {
  return (request, response, next) => {
    if (request.url?.split('?', 1)[0] !== path) {
      next()
      return
    }
    const answer = async () => {
      const content = await read()
      response.statusCode = content === undefined ? 404 : 200
      response.setHeader('Content-Type', content === undefined ? 'text/plain' : 'text/javascript')
      response.setHeader('Cache-Control', 'no-cache')
      response.end(content ?? 'There is no worker yet. Run `vite build` first.\n')
    }
    answer().then(undefined, next)
  }
}
