import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the origin serves the worker's script. */
type ScriptFault = 'missing' | 'wrong-type' | 'fails-to-install'

/** A small site with the built client and a minimal worker. */
export interface ClientOrigin {
  readonly url: string
  /** Serves another version of the worker from now on. */
  deploy(version: string, fault?: ScriptFault): void
  /** How often the page of that tab was loaded. */
  loads(tab: string): number
  close(): Promise<void>
}

/** A page that registers as a user's page would, at the top level of a module. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Client</title>
    <script nonce="page" type="module">
      import { register } from '/built/client.js'
      import { definePanel } from '/built/panel.js'
      definePanel()
      window.heard = []
      window.worker = await register()
      for (const type of ['waiting', 'controlled', 'updated', 'failed', 'reloading']) {
        window.worker.addEventListener(type, (event) => {
          window.heard.push(event.reason ? type + ' ' + event.reason : type)
          if (type === 'waiting') window.waiting = event
        })
      }
      window.ready = true
    </script>
  </head>
  <body>
    <button id="show">Show</button>
    <thermocline-panel></thermocline-panel>
    <script nonce="page">
      document.getElementById('show').addEventListener('click', () => document.querySelector('thermocline-panel').show())
    </script>
  </body>
</html>`

/** As little as a worker of Thermocline can be: it answers messages, /version, and /by-worker/ with the trace asked for. */
function workerScript(version: string, fault: ScriptFault | undefined): string {
  return `
    const told = []
    addEventListener('install', (event) => {
      ${fault === 'fails-to-install' ? "event.waitUntil(Promise.reject(new Error('precache')))" : ''}
    })
    addEventListener('activate', (event) => event.waitUntil(clients.claim()))
    addEventListener('message', (event) => {
      told.push(event.data)
      if (event.data.type === 'thermocline:skip-waiting') event.waitUntil(skipWaiting())
      else if (event.data.type === 'announce') event.source.postMessage({ type: 'thermocline:updated', url: event.data.url })
      else event.ports[0]?.postMessage({ ok: true })
    })
    addEventListener('fetch', (event) => {
      const { pathname, searchParams } = new URL(event.request.url)
      if (pathname === '/version') event.respondWith(new Response(${JSON.stringify(version)}))
      if (pathname === '/told') event.respondWith(Response.json(told))
      if (pathname.startsWith('/by-worker/')) event.respondWith(new Response('x'.repeat(2000), {
        headers: { 'Server-Timing': 'cache;desc="' + searchParams.get('trace') + '", age;dur=7000' },
      }))
    })
  `
}

export async function startClientOrigin(): Promise<ClientOrigin> {
  let script: { version: string; fault: ScriptFault | undefined } = { version: '1', fault: undefined }
  const loads = new Map<string, number>()

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://origin')
    const send = (type: string, body: string | Uint8Array) =>
      response.setHeader('Content-Type', type).end(body)
    response.setHeader('Cache-Control', searchParams.has('keep') ? 'max-age=600' : 'no-store')
    if (pathname === '/') {
      const tab = searchParams.get('tab') ?? ''
      const load = (loads.get(tab) ?? 0) + 1
      loads.set(tab, load)
      response.setHeader('Content-Security-Policy', "default-src 'self'; script-src 'self' 'nonce-page'")
      const page = PAGE.replace('<html', `$& data-load="${load}"`)
      send('text/html', searchParams.has('open') ? page.replace('<thermocline-panel', '$& open') : page)
    } else if (pathname === '/sw.js' && script.fault !== 'missing') {
      const type = script.fault === 'wrong-type' ? 'text/plain' : 'text/javascript'
      send(type, workerScript(script.version, script.fault))
    } else if (pathname.startsWith('/by-server/')) {
      const trace = searchParams.get('trace')
      if (trace) response.setHeader('Server-Timing', `cache;desc="${trace}", age;dur=7000`)
      send('text/plain', 'x'.repeat(2000))
    } else {
      const file = fileOf(pathname)
      const body = file && (await readFile(file).catch(() => undefined))
      if (body) send('text/javascript', body)
      else response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    deploy: (version, fault) => {
      script = { version, fault }
    },
    loads: (tab) => loads.get(tab) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The built file behind a path such as `/built/client.js`. */
function fileOf(pathname: string): URL | undefined {
  const [, path] = /^\/built\/([\w/-]+\.js)$/.exec(pathname) ?? []
  return path === undefined ? undefined : new URL(`../dist/${path}`, import.meta.url)
}
