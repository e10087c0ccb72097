import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type InlineConfig, type PreviewServer, type ViteDevServer, build, createServer, preview } from 'vite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { App, startedWith } from './app.fake.ts'
import type { ThermoclinePluginOptions } from './index.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
/** Nobody runs the modules here, and Vite goes on writing dependencies into the folder after it was closed. */
const UNREAD = { optimizeDeps: { noDiscovery: true } }

let app: App
let server: ViteDevServer | PreviewServer | undefined

beforeEach(async () => {
  app = await App.create()
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await app.remove()
})

function origin({ httpServer }: ViteDevServer | PreviewServer): string {
  const address = httpServer?.address() as AddressInfo | undefined
  return `http://127.0.0.1:${address?.port}`
}

async function develop(options: ThermoclinePluginOptions = {}, config: InlineConfig = {}): Promise<string> {
  const started = await createServer(app.config(options, { server: LOOPBACK, ...UNREAD, ...config }))
  server = started
  await started.listen()
  return origin(started)
}

async function startPreview(config: InlineConfig = {}): Promise<string> {
  server = await preview(app.config({}, { preview: LOOPBACK, ...config }))
  return origin(server)
}

describe('the development server', () => {
  it('serves the drop-in without files to precache, and leaves Vite’s modules to the browser', async () => {
    const url = await develop({ worker: { shell: '/index.html', maxBytes: 5 } })
    const answer = await fetch(`${url}/sw.js?maxEntries=5`)
    expect(answer.headers.get('content-type')).toBe('text/javascript')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    const { exclude = [], ...rest } = startedWith(await answer.text())
    expect(rest).toEqual({ maxBytes: 5 })
    const isLeft = (path: string) => exclude.some((pattern) => new RegExp(pattern).test(path))
    for (const path of ['/@vite/client', '/node_modules/.vite/deps/a.js', '/main.tsx', '/style.css'])
      expect(isLeft(path)).toBe(true)
    for (const path of ['/', '/products/42', '/api/cart', '/icon.svg']) expect(isLeft(path)).toBe(false)
  })

  it('precaches the page and the public files when told so', async () => {
    const url = await develop({ dev: true, worker: { offline: '/offline.html' } })
    const options = startedWith(await (await fetch(`${url}/sw.js`)).text())
    expect(options.precache.map((entry) => entry.url)).toEqual(['/icon.svg', '/index.html', '/offline.html'])
    expect(options).toMatchObject({ shell: '/index.html', offline: '/offline.html' })
  })

  it('serves another worker once a file has changed', async () => {
    const url = await develop({ dev: true })
    const before = await (await fetch(`${url}/sw.js`)).text()
    await waitUntil(async () => {
      // A watcher that has only just started misses a change, so there are several.
      await app.write({ 'public/icon.svg': `<svg id="${performance.now()}"/>` })
      return (await (await fetch(`${url}/sw.js`)).text()) !== before
    }, 'another worker')
  })

  it('registers it at the base', async () => {
    const url = await develop({}, { base: '/app/' })
    expect((await fetch(`${url}/app/sw.js`)).status).toBe(200)
    const module = await (await fetch(`${url}/app/@id/__x00__virtual:thermocline/register`)).text()
    expect(module).toContain('register({"url":"/app/sw.js","scope":"/app/"})')
  })

  it('answers the rest as ever', async () => {
    const url = await develop()
    expect(await (await fetch(`${url}/`)).text()).toContain('/@vite/client')
  })
})

describe('the preview server', () => {
  it('serves the built worker', async () => {
    await app.build({}, { base: '/app/' })
    const url = await startPreview({ base: '/app/' })
    const answer = await fetch(`${url}/app/sw.js`)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(await answer.text()).toBe(await app.read('dist/sw.js'))
  })

  it('says where there is none, in place of the page', async () => {
    await app.write({ 'dist/index.html': '<!doctype html>' })
    const answer = await fetch(`${await startPreview()}/sw.js`)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('There is no worker yet. Run `vite build` first.\n')
  })
})

describe('a worker of the application’s own', () => {
  const WORKER = `import { startWorker } from 'thermocline/sw'
    import { options } from 'virtual:thermocline/worker'
    import { greet } from '@/greet'
    self.greeting = greet(import.meta.env.VITE_WHO, __VERSION__)
    startWorker({ ...options, maxBytes: 7 })`
  const config: InlineConfig = { define: { __VERSION__: '"v1"' } }

  beforeEach(async () => {
    await app.write({
      'src/worker.ts': WORKER,
      'src/greet.ts': 'export const greet = (...who: string[]): string => `hello ${who.join(" ")}`',
      '.env': 'VITE_WHO=diver',
    })
    config.resolve = { alias: { '@': `${app.root}/src` } }
  })

  it('is built as one classic script with the options in it', async () => {
    await build(app.config({ src: 'src/worker.ts' }, config))
    const script = await app.read('dist/sw.js')
    expect(script).not.toMatch(/^\s*(?:import|export)\b/m)
    expect(script).not.toContain('process.env')
    expect(script).toContain('/index.html')
    expect(script).toMatch(/diver/)
    expect(script).toMatch(/\bv1\b/)
  })

  it('is served in development, and again once it has changed', async () => {
    const url = await develop({ src: 'src/worker.ts' }, config)
    const answer = await fetch(`${url}/sw.js`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('hello ')
    await waitUntil(async () => {
      await app.write({ 'src/greet.ts': `export const greet = () => "changed ${performance.now()}"` })
      return (await (await fetch(`${url}/sw.js`)).text()).includes('changed')
    }, 'another worker')
  })

  it('fails the build where it is not there', async () => {
    await expect(app.build({ src: 'src/other.ts' }, config)).rejects.toThrow('other.ts')
  })

  it('is tried again in development after a mistake, in a folder that Vite does not watch too', async () => {
    const other = await App.create({ 'worker.ts': 'this is no script' })
    const url = await develop({ src: join(other.root, 'worker.ts') })
    expect((await fetch(`${url}/sw.js`)).status).toBe(500)
    await other.write({ 'worker.ts': 'self.isRight = true' })
    expect((await fetch(`${url}/sw.js`)).status).toBe(200)
    await other.remove()
  })
})
