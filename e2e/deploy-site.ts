import { readFile, readdir } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { ThermoclineWorker } from 'thermocline/client'
import { WorkerOrigin } from './worker-origin.ts'

declare global {
  interface Window {
    /** What the page of a `DeploySite` says of itself. */
    site: {
      readonly build: string
      /** Events of the worker, failures by their reason. */
      readonly heard: string[]
      readonly lazy: () => Promise<string>
      readonly config: () => Promise<string>
      readonly worker?: ThermoclineWorker
      /** Keeps the page when another tab applies a new version. */
      unsaved?: boolean
    }
  }
}

const DIST = new URL('../dist/', import.meta.url)

/** A site that is built anew: each build has hashed files of its own, and the server keeps only those of the last one. */
export class DeploySite {
  readonly origin: WorkerOrigin
  /** The worker's, beside `precache`. They count from the next build on. */
  options: Readonly<Record<string, unknown>>
  #build: string | undefined

  private constructor(origin: WorkerOrigin, options: Readonly<Record<string, unknown>>) {
    this.origin = origin
    this.options = options
  }

  /** With the build `A`. */
  static async start(options: Readonly<Record<string, unknown>> = {}): Promise<DeploySite> {
    const origin = await WorkerOrigin.start()
    const site = new DeploySite(origin, options)
    for (const folder of ['client', 'policy']) {
      for (const name of await readdir(new URL(`${folder}/`, DIST))) {
        if (!name.endsWith('.js')) continue
        const code = await readFile(new URL(`${folder}/${name}`, DIST), 'utf8')
        origin.says(`/built/${folder}/${name}`, code, { 'Content-Type': 'text/javascript' })
      }
    }
    site.deploy('A')
    return site
  }

  deploy(build: string, integrity?: string): void {
    if (this.#build !== undefined) {
      for (const path of assetsOf(this.#build)) this.origin.says(path, 'gone', {}, 404)
    }
    this.#build = build
    const script = { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=0' }
    const [main, lazy] = assetsOf(build)
    this.origin.says(main, mainScript(build), script)
    this.origin.says(lazy, `export const build = '${build}'`, script)
    this.origin.says('/', pageOf(build), { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' })
    this.origin.says('/config.json', `"${build}"`, { 'Cache-Control': 'no-cache' })
    const precache = [
      { url: '/', revision: build },
      { url: '/config.json', revision: build },
      { url: main, revision: null, integrity },
      { url: lazy, revision: null },
    ]
    this.origin.prelude = `self.__THERMOCLINE__ = ${JSON.stringify({ precache, shell: '/', ...this.options })};`
  }
}

export function assetsOf(build: string): readonly [main: string, lazy: string] {
  return [`/assets/main-${build}.js`, `/assets/lazy-${build}.js`]
}

function pageOf(build: string): string {
  return `<!doctype html><title>${build}</title><script type="module" src="${assetsOf(build)[0]}"></script>`
}

/** What a bundler makes of a page: a chunk that is loaded when it is needed, and the update prompt of the guide. */
function mainScript(build: string): string {
  return `
    import { register } from '/built/client/index.js'
    window.site = {
      build: '${build}',
      heard: [],
      lazy: () => import('./lazy-${build}.js').then((module) => module.build, () => 'failed'),
      config: () => fetch('/config.json').then((response) => response.json()),
    }
    const worker = await register()
    for (const type of ['waiting', 'reloading', 'failed']) worker.addEventListener(type, ({ reason }) => site.heard.push(reason ?? type))
    worker.addEventListener('waiting', (event) => {
      const button = document.createElement('button')
      button.textContent = 'A new version is ready. Reload'
      button.addEventListener('click', () => event.apply())
      document.body.append(button)
    })
    worker.addEventListener('reloading', (event) => {
      if (site.unsaved) event.preventDefault()
    })
    site.worker = worker
  `
}

/** A tab of the site, controlled by the worker. */
export async function openTab(page: Page, { origin }: DeploySite): Promise<Page> {
  await page.goto(origin.url)
  await page.waitForFunction(() => window.site?.worker?.controlled)
  return page
}

/** Which build runs in a tab, what its chunk says when it is loaded now, and its configuration. */
export async function look(tab: Page): Promise<{ build: string; lazy: string; config: string }> {
  await tab.waitForFunction(() => window.site?.worker)
  return await tab.evaluate(async () => {
    const { build, config, lazy } = window.site
    return { build, lazy: await lazy(), config: await config() }
  })
}

export async function findUpdate(tab: Page): Promise<void> {
  await tab.evaluate(() => window.site.worker?.checkForUpdate())
}

/** The paths of all precached files. */
export async function precached(tab: Page): Promise<string[]> {
  return await tab.evaluate(async () => {
    const requests = await Promise.all(
      (await caches.keys())
        .filter((name) => name.startsWith('thermocline-precache:'))
        .map(async (name) => (await caches.open(name)).keys()),
    )
    return requests
      .flat()
      .map(({ url }) => new URL(url).pathname + new URL(url).search)
      .sort()
  })
}

/** What Thermocline has left in a browser. */
export async function traces(tab: Page): Promise<{ caches: string[]; databases: string[]; workers: number }> {
  return await tab.evaluate(async () => ({
    caches: await caches.keys(),
    databases: (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }))
}
