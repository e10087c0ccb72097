import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../scripts/chromium.mjs'
import type { Engine } from './engine.ts'
import { WebDriver } from './webdriver.ts'
import { WebKitTab } from './webkit-tab.ts'

const BROWSER = fileURLToPath(new URL('webkit-browser.py', import.meta.url))

interface Started {
  /** Where the driver listens. */
  readonly url: string
  readonly processes: readonly ChildProcess[]
  /** What the browser keeps, from one session to the next. */
  readonly folder: string
}

/** WebKit, as WebKitGTK in a display of its own, by W3C WebDriver. */
export class WebKit implements Engine {
  readonly name = 'webkit'
  readonly version: string
  readonly #started: Started
  readonly #tabs = new Set<WebKitTab>()
  #session: WebDriver

  private constructor(started: Started, session: WebDriver) {
    this.#started = started
    this.#session = session
    this.version = String(session.capabilities['browserVersion'])
  }

  static async start(): Promise<WebKit> {
    const [xvfb, webkitDriver] = ['Xvfb', 'WebKitWebDriver'].map((name) => findProgram(name))
    if (xvfb === undefined || webkitDriver === undefined) {
      throw new Error(
        'No WebKit found. Install webkit2gtk-driver, gir1.2-webkit2-4.1, python3-gi and xvfb (Debian).',
      )
    }
    const folder = await mkdtemp(join(tmpdir(), 'engines-webkit-'))
    const display = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1024x768x24'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const [number] = (await once(display.stdio[3] as Readable, 'data')) as [Buffer]
    const env = {
      ...process.env,
      DISPLAY: `:${number.toString().trim()}`,
      HOME: folder,
      // Accessibility wants a session bus, which a server has not got.
      NO_AT_BRIDGE: '1',
    }
    const port = await freePort()
    const driver = spawn(webkitDriver, [`--port=${port}`], { env, stdio: 'ignore' })
    const processes = [driver, display]
    // Without its display the browser ends too.
    process.once('exit', () => processes.map((child) => child.kill()))
    const started = { url: `http://127.0.0.1:${port}`, processes, folder }
    return new WebKit(started, await beginSession(started))
  }

  async newTab(): Promise<WebKitTab> {
    const tab = await WebKitTab.open(this.#session)
    this.#tabs.add(tab)
    return tab
  }

  /** No command stops a worker, so the whole browser is left and started again on what it has kept. */
  async stopWorker(): Promise<void> {
    await this.#session.end()
    this.#session = await beginSession(this.#started)
    for (const tab of this.#tabs) await tab.reopen(this.#session)
  }

  async close(): Promise<void> {
    const { processes, folder } = this.#started
    await this.#session.end().catch(() => {})
    for (const child of processes) {
      if (child.exitCode !== null) continue
      child.kill()
      await once(child, 'exit')
    }
    // The browser's own processes end a little after it, and write until then.
    await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 })
  }
}

async function beginSession({ url, folder }: Started): Promise<WebDriver> {
  // The Python that Debian's bindings belong to.
  const browser = { binary: '/usr/bin/python3', args: [BROWSER, folder] }
  return await WebDriver.begin(url, { 'webkitgtk:browserOptions': browser })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
