import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { build, createServer } from 'vite-7'
import { App, startedWith } from './app.fake.ts'
import type { ThermoclinePluginOptions, thermocline as plugin } from './index.ts'

const ROOT = join(import.meta.dirname, '..')

let app: App
let plugins: (options: ThermoclinePluginOptions) => never[]

/** An application whose `vite` is version 7, with the package copied into it as npm does: linked, it would find its own. */
beforeEach(async () => {
  app = await App.create({
    'src/worker.ts': `import { startWorker } from 'thermocline/sw'
      import { options } from 'virtual:thermocline/worker'
      startWorker({ ...options, maxBytes: 7_654_321 })`,
  })
  const modules = join(app.root, 'node_modules')
  const installed = join(modules, 'thermocline')
  await rm(installed)
  await mkdir(installed)
  for (const part of ['package.json', 'dist'])
    await cp(join(ROOT, part), join(installed, part), { recursive: true })
  await symlink(join(ROOT, 'node_modules', 'vite-7'), join(modules, 'vite'))
  for (const name of ['idb', 'workbox-core', 'workbox-routing', 'workbox-strategies'])
    await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  const { thermocline } = (await import(pathToFileURL(join(installed, 'dist', 'vite', 'index.js')).href)) as {
    thermocline: typeof plugin
  }
  plugins = (options) => [thermocline(options) as never]
})
afterEach(() => app.remove())

const config = (options: ThermoclinePluginOptions) => ({
  root: app.root,
  configFile: false as const,
  logLevel: 'silent' as const,
  plugins: plugins(options),
})

it('builds the drop-in with Vite 7', async () => {
  await build(config({}))
  const { precache } = startedWith(await app.read('dist/sw.js'))
  expect(precache.map(({ url }) => url)).toContain('/index.html')
})

it('builds a worker of the application’s own with Vite 7', async () => {
  await build(config({ src: 'src/worker.ts' }))
  const script = await app.read('dist/sw.js')
  expect(script).not.toMatch(/^\s*(?:import|export)\b/m)
  expect(script).toContain('/index.html')
})

it('serves one in development with Vite 7', async () => {
  const server = await createServer({
    ...config({ src: 'src/worker.ts' }),
    server: { host: '127.0.0.1', port: 0 },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    const failures: unknown[] = []
    server.watcher.on('error', (error) => failures.push(error))
    await server.listen()
    const address = server.httpServer?.address() as AddressInfo | undefined
    const answer = await fetch(`http://127.0.0.1:${address?.port}/sw.js`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('7654321')
    expect(failures).toEqual([])
  } finally {
    await server.close()
  }
})
