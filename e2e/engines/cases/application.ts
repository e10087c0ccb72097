import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'

const SHELL: Pick<Case, 'prelude' | 'pages'> = {
  prelude: `self.__THERMOCLINE__ = ${JSON.stringify({
    precache: [
      { url: '/index.html', revision: '1' },
      { url: '/offline.html', revision: '1' },
      { url: '/assets/app-1a2b3c4d.js', revision: null },
    ],
    shell: '/index.html',
    offline: '/offline.html',
    shellDeny: ['^/api/'],
  })};`,
  pages: {
    '/index.html': '<title>shell</title>',
    '/offline.html': '<title>offline</title>',
    '/assets/app-1a2b3c4d.js': 'app()',
  },
}

const ASSET = '/assets/app-1a2b3c4d.js'

/** Storage that fails: the page is served all the same. */
const failing = (what: string, prelude: string): Case => ({
  name: `${what}: everything comes from the network`,
  prelude,
  async run({ ask, origin }) {
    origin.says('/works', 'works', { 'Cache-Control': 'max-age=600' })
    for (let time = 0; time < 2; time += 1) assert.equal((await ask('/works')).body, 'works')
    assert.equal((await ask('/works', { method: 'POST' })).status, 200)
  },
})

const CASES: readonly Case[] = [
  {
    name: 'a precached file is answered from the store, offline too',
    ...SHELL,
    async run({ ask, origin }) {
      for (const isUp of [true, false]) {
        if (!isUp) await origin.goDown()
        const { body, cacheStatus, status } = await ask(ASSET)
        // By the worker's own word too: without it, whoever lets the request pass is not known.
        assert.deepEqual([status, body, cacheStatus], [200, 'app()', 'SW; hit; detail=precache'])
      }
      assert.equal(origin.visits(ASSET).length, 0)
    },
  },
  {
    name: 'offline, the shell stands in for pages, and the offline page where the shell may not',
    ...SHELL,
    async run({ origin, visit }) {
      assert.equal(await visit('/'), 'origin')
      await origin.goDown()
      assert.equal(await visit('/p/42-shoe?ref=x'), 'shell')
      assert.equal(await visit('/api/export'), 'offline')
    },
  },
  {
    name: 'a restarted worker has its precached files',
    ...SHELL,
    async run({ ask, origin, restartWorker }) {
      await restartWorker()
      await origin.goDown()
      assert.equal((await ask(ASSET)).body, 'app()')
    },
  },
  {
    name: 'what is stored outlives the worker',
    async run({ ask, origin, restartWorker, store }) {
      origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
      await store('/kept')
      await restartWorker()
      assert.equal((await ask('/kept')).body, 'kept')
      assert.equal(origin.visits('/kept').length, 0)
    },
  },
  {
    name: 'a new version waits until the page lets it',
    async run({ call, origin }) {
      origin.says('/sw.js', 'addEventListener("message", () => self.skipWaiting())', {
        'Content-Type': 'text/javascript',
        'Cache-Control': 'no-cache',
      })
      const isWaiting = await call(async () => {
        const registration = await navigator.serviceWorker.getRegistration()
        await registration?.update()
        const worker = registration?.installing ?? registration?.waiting
        if (worker?.state === 'installing') {
          await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }))
        }
        return registration?.waiting === worker && worker?.state === 'installed'
      })
      assert(isWaiting)
    },
  },
  {
    name: 'clear drops what is stored',
    async run({ ask, origin, store, tell }) {
      origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
      await store('/kept')
      assert.deepEqual(await tell({ type: 'thermocline:clear' }), { ok: true })
      await ask('/kept')
      assert.equal(origin.visits('/kept').length, 2)
    },
  },
  {
    name: 'a database deleted underneath is a cache that is empty',
    async run({ ask, call, origin, store }) {
      origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
      await store('/kept')
      await call(async () => {
        for (const { name } of await indexedDB.databases()) {
          await new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name ?? '')
            request.addEventListener('success', resolve)
            request.addEventListener('error', reject)
          })
        }
      })
      assert.equal((await store('/kept')).body, 'kept')
      assert.equal(origin.visits('/kept').length, 2)
      await ask('/kept')
      assert.equal(origin.visits('/kept').length, 2, 'It does not store any more.')
    },
  },
  failing(
    'IndexedDB refuses to open',
    'IDBFactory.prototype.open = () => { throw new DOMException("no storage", "SecurityError") };',
  ),
  failing(
    'Cache Storage throws',
    'CacheStorage.prototype.open = () => Promise.reject(new DOMException("full", "QuotaExceededError"));',
  ),
]

export const APPLICATION: Subject = { subject: 'application and storage', cases: CASES }
