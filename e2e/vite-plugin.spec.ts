import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Page, expect, test as base } from '@playwright/test'
import { type ThermoclinePluginOptions, thermocline } from 'thermocline/vite'
import { type InlineConfig, type PreviewServer, type ViteDevServer, build, createServer, preview } from 'vite'

const FILES: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html><html lang="en"><head><title>app</title><link rel="icon" href="/icon.svg"></head>
    <body><h1>html</h1><script type="module" src="./main.js"></script></body></html>`,
  'main.js': `import { worker } from 'virtual:thermocline/register'
    import('./lazy.js').then(({ title }) => { document.querySelector('h1').textContent = title })
    globalThis.supported = worker.then(({ supported }) => supported)`,
  'lazy.js': `import './style.css'
    export const title = 'loaded'`,
  'style.css': 'h1 { color: rgb(0, 128, 0) }',
  'worker.ts': `import { startWorker } from 'thermocline/sw'
    import { options } from 'virtual:thermocline/worker'
    self.addEventListener('message', (event: MessageEvent) => event.ports[0]?.postMessage('own worker'))
    startWorker(options)`,
  'public/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
}

/** An application in a folder of its own, below /app/. */
class App {
  readonly root: string
  #server: PreviewServer | ViteDevServer | undefined

  constructor(root: string) {
    this.root = root
  }

  async build(options: ThermoclinePluginOptions = {}): Promise<void> {
    await build(this.#config(options))
  }

  async preview(): Promise<string> {
    this.#server = await preview({ ...this.#config({}), preview: { host: '127.0.0.1', port: 0 } })
    return this.#url
  }

  async develop(): Promise<string> {
    const server = await createServer({ ...this.#config({}), server: { host: '127.0.0.1', port: 0 } })
    this.#server = server
    await server.listen()
    return this.#url
  }

  async goDown(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }

  get #url(): string {
    const address = this.#server?.httpServer?.address() as AddressInfo | undefined
    return `http://127.0.0.1:${address?.port}/app/`
  }

  #config(options: ThermoclinePluginOptions): InlineConfig {
    return {
      root: this.root,
      base: '/app/',
      configFile: false,
      logLevel: 'error',
      plugins: [thermocline(options)],
    }
  }
}

const test = base.extend<{ app: App }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  app: async ({}, use) => {
    const root = await mkdtemp(join(tmpdir(), 'thermocline-vite-'))
    for (const [name, content] of Object.entries(FILES)) {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await writeFile(join(root, name), content)
    }
    await mkdir(join(root, 'node_modules'))
    await symlink(join(import.meta.dirname, '..'), join(root, 'node_modules', 'thermocline'))
    const app = new App(root)
    await use(app)
    await app.goDown()
    await rm(root, { recursive: true, force: true })
  },
})

async function expectWhole(page: Page): Promise<void> {
  await expect(page.locator('h1')).toHaveText('loaded')
  await expect(page.locator('h1')).toHaveCSS('color', 'rgb(0, 128, 0)')
}

async function openControlled(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

test('an application that was built with the plugin loads without a server', async ({ app, page }) => {
  await app.build()
  const url = await app.preview()
  await openControlled(page, url)
  await expectWhole(page)
  expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).scope)).toBe(url)

  await app.goDown()
  await page.reload()
  await expectWhole(page)
  await page.goto(`${url}products/42?from=mail`)
  await expectWhole(page)
})

test('a worker of its own does the same', async ({ app, page }) => {
  await app.build({ src: 'worker.ts' })
  const url = await app.preview()
  await openControlled(page, url)
  const answer = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener('message', ({ data }) => resolve(data))
        port1.start()
        navigator.serviceWorker.controller?.postMessage('who?', [port2])
      }),
  )
  expect(answer).toBe('own worker')
  await app.goDown()
  await page.reload()
  await expectWhole(page)
})

test('other bytes than those that were built are never stored under a hashed name', async ({ app, page }) => {
  await app.build()
  const assets = join(app.root, 'dist/assets')
  const names = await readdir(assets)
  const lazy = names.find((name) => /^lazy-.*\.js$/.test(name)) ?? ''
  await writeFile(join(assets, lazy), 'export const title = "somebody else’s"')
  await page.goto(await app.preview())
  const states = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/' })
    const worker = registration.installing ?? registration.waiting ?? registration.active
    const isOver = () => worker === null || /^(?:activated|redundant)$/.test(worker.state)
    while (!isOver())
      await new Promise((resolve) => worker?.addEventListener('statechange', resolve, { once: true }))
    return worker?.state
  })
  expect(states).toBe('redundant')
})

test('in development the worker is there, and Vite works as ever', async ({ app, page }) => {
  const url = await app.develop()
  await openControlled(page, url)
  await expectWhole(page)
  await page.reload()
  await expectWhole(page)
  await writeFile(join(app.root, 'style.css'), 'h1 { color: rgb(0, 0, 255) }')
  await expect(page.locator('h1')).toHaveCSS('color', 'rgb(0, 0, 255)')
})
