// Loaded before the suite's origin server: it then answers the paths of CONFORMANCE_FILES with files that are not the suite's,
// so that page, worker and tests have one origin and nothing stands between the browser and the suite.
import { readFile } from 'node:fs/promises'
import { Server } from 'node:http'

const files = JSON.parse(process.env.CONFORMANCE_FILES ?? '{}')

const emit = Reflect.get(Server.prototype, 'emit')
Server.prototype.emit = function emitOrServe(name, request, response) {
  const file = name === 'request' ? files[request.url] : undefined
  // oxlint-disable-next-line prefer-rest-params -- any event, with whatever it carries
  if (file === undefined) return Reflect.apply(emit, this, arguments)
  readFile(file.path).then(
    (content) => {
      response.writeHead(200, { 'Content-Type': file.type, 'Cache-Control': 'no-store' }).end(content)
    },
    (error) => response.writeHead(500).end(String(error)),
  )
  return true
}
