import { AppShell } from './app-shell.ts'
import { mustPassThrough } from './ask.ts'
import { resolveHttpCacheOptions } from './http-cache-options.ts'
import { handleMessages } from './handle-messages.ts'
import { eventHandling } from './handling.ts'
import { NetworkLeg, switchPreload } from './network-leg.ts'
import { workerPlatform } from './platform.ts'
import { PrivateCache } from './private-cache.ts'
import { SiteOptions } from './site-options.ts'
import { siteInvalidations } from './site-state.ts'
import { startOff } from './start-off.ts'
import { isSafeMethod } from './unsafe-method.ts'
import type { WorkerOptions } from './worker-options.ts'
import { workerState } from './worker-state.ts'

declare const self: ServiceWorkerGlobalScope

/**
 * Sets up a whole service worker: HTTP cache for the own origin, precached files, fallback pages for navigations, and
 * the messages of `thermocline/client`. Call it once, while the script is first evaluated. A wrong option is reported on
 * the console and its default used.
 *
 * @param given - stands in for `self.__THERMOCLINE__`; what the query string and the file of `config` say goes before it
 */
export function startWorker(given?: WorkerOptions): void {
  const report = (message: string) => console.error(`thermocline: ${message}`)
  const platform = workerPlatform
  const { database } = workerState(platform)
  const site = new SiteOptions({ given, scriptUrl: self.location.href, platform, database, report })
  if (site.current.off) {
    startOff()
    return
  }
  const network = new NetworkLeg(platform)
  const rules = { precache: site.current.precache ?? [], report, ...rulesOf(site.current) }
  const appShell = new AppShell(rules)
  const applyRules = () => {
    Object.assign(rules, rulesOf(site.current))
    const path = site.current.invalidations
    if (path !== undefined) void siteInvalidations(platform).follow(new URL(path, self.location.href).href)
  }
  let opened: PrivateCache | undefined
  const openCache = async () => {
    await site.loading
    const { maxBytes, maxEntries } = site.current
    const budget = { ...(maxBytes && { maxBytes }), ...(maxEntries && { maxEntries }) }
    return (opened ??= new PrivateCache(resolveHttpCacheOptions({ ...budget, platform })))
  }
  // A worker may have been started to hear of an invalidation. Once the cache is open it is told itself.
  const unlessOpen = async (tell: (cache: PrivateCache) => Promise<void>) => {
    if (opened === undefined) await tell(await openCache())
  }
  siteInvalidations(platform).add({
    invalidate: (url) => unlessOpen((cache) => cache.invalidate(url)),
    invalidateGroups: (groups) => unlessOpen((cache) => cache.invalidateGroups(groups)),
  })
  applyRules()
  void site.loading?.then(applyRules)
  const isExcluded = ({ url }: Request) => {
    const { pathname } = new URL(url)
    return rules.exclude.some((pattern) => pattern.test(pathname))
  }

  const refresh = async (event: ExtendableEvent) => {
    if (!(await site.refresh())) return
    applyRules()
    if (site.current.off) network.switchOff(event)
    else await Promise.all([appShell.keepPages(), switchPreload(site.current.navigationPreload)])
  }
  const answer = async (event: FetchEvent) => {
    const { request } = event
    await site.loading
    const fetch = network.fetcher(event)
    if (site.current.off) network.switchOff(event)
    if (network.isOff || isExcluded(request)) return await fetch(request)
    const ask = async () => (await openCache()).answer(request, eventHandling(event, fetch))
    return await (isSafeMethod(request.method) ? appShell.answer(event, ask) : ask())
  }

  if (platform.isRestarted()) void openCache()
  handleMessages([{ clear: async () => (await openCache()).clear() }])
  self.addEventListener('install', (event) => {
    const install = async () => {
      await site.refresh()
      applyRules()
      if (site.current.off) throw new Error(`\`off\` is set in ${site.current.config}.`)
      await appShell.install(event)
    }
    event.waitUntil(install())
  })
  self.addEventListener('activate', (event) => {
    const { navigationPreload } = site.current
    event.waitUntil(
      Promise.all([appShell.activate(), switchPreload(navigationPreload), self.clients.claim()]),
    )
    // It lists all that is stored; requests must not wait for that.
    void openCache().then((cache) => cache.reconcile())
  })
  self.addEventListener('fetch', (event) => {
    const { request } = event
    const { keepalive, method, mode, url } = request
    if (network.isOff || new URL(url).origin !== self.location.origin) return
    if (mode === 'navigate') event.waitUntil(refresh(event))
    const isSafe = isSafeMethod(method)
    if (isSafe ? mustPassThrough(request) : keepalive) {
      // It must outlive page and worker, so it stays the browser's; what it will change is dropped beforehand.
      if (!isSafe) event.waitUntil(openCache().then((cache) => cache.invalidate(url)))
    } else if (site.loading || !isExcluded(request)) event.respondWith(answer(event))
  })
}

/** What may change while the worker runs. */
function rulesOf({ exclude, offline, shell, shellDeny }: WorkerOptions) {
  return { shell, offline, shellDeny: toPatterns(shellDeny), exclude: toPatterns(exclude) }
}

function toPatterns(texts: readonly string[] = []): RegExp[] {
  return texts.map((text) => new RegExp(text))
}
