import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { type InlineConfig, build, createLogger } from 'vite'
import type { PrecacheEntry } from '../sw/precache-entry.ts'
import type { WorkerOptions } from '../sw/worker-options.ts'
import { type ThermoclinePluginOptions, thermocline } from './index.ts'

/** A small application: a page, a script that loads another one later, a style sheet, a font, public files. */
const FILES: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html><html lang="en"><head><title>app</title><link rel="icon" href="/icon.svg"></head>
    <body><h1 id="where">html</h1><script type="module" src="./main.js"></script></body></html>`,
  'main.js': `import './style.css'
    import { worker } from 'virtual:thermocline/register'
    const { say } = await import('./lazy.js')
    say(await worker)`,
  'lazy.js': `export function say(worker) {
    document.querySelector('#where').textContent = worker.supported ? 'script' : 'no worker'
  }`,
  'style.css': '@font-face { font-family: f; src: url(./font.woff2) } body { font-family: f }',
  'font.woff2': 'f'.repeat(5_000),
  'public/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'public/offline.html': '<!doctype html><title>offline</title>',
  'public/robots.txt': 'User-agent: *',
}

type StartOptions = WorkerOptions & { readonly precache: readonly PrecacheEntry[] }

/** An application in a folder of its own that has the package installed. */
export class App {
  readonly root: string
  readonly messages: string[] = []

  private constructor(root: string) {
    this.root = root
  }

  static async create(files: Readonly<Record<string, string>> = {}): Promise<App> {
    const app = new App(await mkdtemp(join(tmpdir(), 'thermocline-vite-')))
    await app.write({ ...FILES, ...files })
    await mkdir(join(app.root, 'node_modules'))
    await symlink(join(import.meta.dirname, '..'), join(app.root, 'node_modules', 'thermocline'))
    return app
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.root, name)), { recursive: true })
      await writeFile(join(this.root, name), content)
    }
  }

  async read(name: string): Promise<string> {
    return await readFile(join(this.root, name), 'utf8')
  }

  /** Vite's configuration with the plugin in it. */
  config(options: ThermoclinePluginOptions, config: InlineConfig): InlineConfig {
    const logger = createLogger('silent')
    const note = (message: string) => {
      this.messages.push(message)
    }
    return {
      root: this.root,
      configFile: false,
      // Vite's own progress goes past the logger.
      logLevel: 'silent',
      plugins: [thermocline(options)],
      customLogger: { ...logger, info: note, warn: note, error: note },
      ...config,
    }
  }

  /** Runs `vite build` and returns the options that the built worker starts with. */
  async build(options: ThermoclinePluginOptions = {}, config: InlineConfig = {}): Promise<StartOptions> {
    await build(this.config(options, config))
    return startedWith(await this.read(`dist/${options.fileName ?? 'sw.js'}`))
  }

  /** What was said that is the plugin's. */
  get said(): readonly string[] {
    return this.messages.filter((message) => message.startsWith('thermocline'))
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }
}

/** Runs the line that stands before the drop-in. */
export function startedWith(script: string): StartOptions {
  const scope: { self: { __THERMOCLINE__?: unknown } } = { self: {} }
  runInNewContext(script.slice(0, script.indexOf('\n')), scope)
  return scope.self.__THERMOCLINE__ as StartOptions
}
