import { ask, stopWorkers, tell } from './worker-page.ts'
import { expect, store, test } from './worker-test.ts'

const UNTOLD = "Object.defineProperty(self, 'serviceWorker', { value: undefined });"

for (const [what, prelude] of [
  ['as it is', ''],
  ['with a file of options', 'self.__THERMOCLINE__ = { config: "/options.json" };'],
  ['in a browser that does not tell whether it was started again', UNTOLD],
] as const) {
  test.describe(`a worker that is started to hear of an invalidation, ${what}`, () => {
    test.use({ prelude, pages: { '/options.json': '{}' } })

    test('lets go of what is stored', async ({ page, origin }) => {
      const nothing = { from: null, cursor: '1-x', groups: [], urls: [], reset: false }
      origin.says('/told', JSON.stringify(nothing), { 'Content-Type': 'application/json' })
      expect((await tell(page, { type: 'thermocline:follow', url: '/told', since: 0 })).ok).toBe(true)
      const headers = { 'Cache-Control': 'max-age=600', 'Cache-Groups': '"prices"' }
      origin.says('/by-group', 'old', headers)
      origin.says('/by-url', 'old', headers)
      await store(page, '/by-group')
      await store(page, '/by-url')
      origin.says('/by-group', 'new', headers)
      origin.says('/by-url', 'new', headers)
      await stopWorkers(page)
      const told = { from: '1-x', cursor: '2-x', groups: ['prices'], urls: [], reset: false }
      expect((await tell(page, { ...told, type: 'thermocline:invalidated' })).ok).toBe(true)
      expect((await ask(page, '/by-group')).body).toBe('new')
      await stopWorkers(page)
      const next = { from: '2-x', cursor: '3-x', groups: [], urls: [`${origin.url}/by-url`], reset: false }
      expect((await tell(page, { ...next, type: 'thermocline:invalidated' })).ok).toBe(true)
      expect((await ask(page, '/by-url')).body).toBe('new')
    })
  })
}
