import assert from 'node:assert/strict'
import type { WorkerOrigin } from '../../worker-origin.ts'
import type { Case, Subject } from '../case.ts'
import type { Kit } from '../kit.ts'
import { gate } from './versions.ts'

const PRIVATE = ['/account', '/by-cookie'] as const

/** One session, whose user a case changes, as a login does. */
function session(origin: WorkerOrigin): { user: string | undefined } {
  const state: { user: string | undefined } = { user: 'ada' }
  const named = (): Record<string, string> =>
    state.user === undefined ? {} : { 'Thermocline-Partition': `p-${state.user}` }
  const says = (path: string, headers: Record<string, string>): void =>
    origin.route(path, (_request, response) => {
      response.writeHead(200, { ...headers, ...named() }).end(`${path} of ${state.user}`)
    })
  says('/account', { 'Cache-Control': 'private, max-age=600, stale-if-error=6000' })
  says('/by-cookie', { 'Cache-Control': 'max-age=600', Vary: 'Cookie' })
  says('/session', { 'Cache-Control': 'no-store' })
  origin.says('/public', 'for all', { 'Cache-Control': 'max-age=600' })
  return state
}

/** Ada's private responses, and a public one, are stored and answered. */
async function storeAdas({ ask, origin, store }: Kit): Promise<void> {
  await store('/session')
  for (const path of [...PRIVATE, '/public']) await store(path)
  origin.forget()
  for (const path of PRIVATE) assert.equal((await ask(path)).body, `${path} of ada`)
  for (const path of PRIVATE) assert.equal(origin.visits(path).length, 0, `${path} was not stored.`)
}

const CASES: readonly Case[] = [
  {
    name: 'nothing private is stored before a user is known',
    async run({ ask, origin, store }) {
      session(origin).user = undefined
      for (const path of PRIVATE) {
        await store(path)
        await ask(path)
        assert.equal(origin.visits(path).length, 2)
      }
    },
  },
  {
    name: 'after a switch by header nothing of the other user is answered, in any tab, offline too',
    async run(kit) {
      const { ask, newTab, origin, tab } = kit
      const state = session(origin)
      await storeAdas(kit)
      const other = await newTab()
      state.user = 'bob'
      await ask('/session')
      await origin.goDown()
      for (const asker of [tab, other]) {
        for (const path of PRIVATE) {
          assert.equal((await ask(path, {}, asker)).status, 0)
          assert.equal((await ask(path, { cache: 'force-cache' }, asker)).status, 0)
        }
        assert.equal((await ask('/public', {}, asker)).body, 'for all')
      }
      await origin.goUp()
      for (const path of PRIVATE) assert.equal((await ask(path, {}, other)).body, `${path} of bob`)
    },
  },
  {
    name: 'after a switch by the page’s message neither',
    async run(kit) {
      const state = session(kit.origin)
      await storeAdas(kit)
      const reply = await kit.tell({ type: 'thermocline:partition', partition: 'p-bob' })
      assert.deepEqual(reply, { ok: true })
      state.user = 'bob'
      for (const path of PRIVATE) assert.equal((await kit.ask(path)).body, `${path} of bob`)
    },
  },
  {
    name: 'a restarted worker holds to the switch',
    async run(kit) {
      const state = session(kit.origin)
      await storeAdas(kit)
      state.user = 'bob'
      await kit.ask('/session')
      await kit.restartWorker()
      await kit.origin.goDown()
      for (const path of PRIVATE) assert.equal((await kit.ask(path)).status, 0)
      assert.equal((await kit.ask('/public')).body, 'for all')
    },
  },
  {
    name: 'the other user’s bodies are removed from storage',
    async run(kit) {
      const state = session(kit.origin)
      await storeAdas(kit)
      state.user = 'bob'
      await kit.store('/session')
      const bodies = await kit.call(async () => {
        const bodies: string[] = []
        for (const name of await caches.keys()) {
          const cache = await caches.open(name)
          for (const request of await cache.keys()) {
            bodies.push((await (await cache.match(request))?.text()) ?? '')
          }
        }
        return bodies
      })
      assert.deepEqual(
        bodies.filter((body) => body.includes('ada')),
        [],
      )
    },
  },
  {
    name: 'what was asked for before a switch is not stored after it',
    async run({ ask, origin, settled, store }) {
      const state = session(origin)
      await store('/session')
      const { open, opened } = gate()
      const arrived = gate()
      origin.route('/slow', async (_request, response) => {
        arrived.open()
        await opened
        const headers = { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'p-ada' }
        response.writeHead(200, headers).end('slow of ada')
      })
      const slow = ask('/slow')
      await arrived.opened
      state.user = 'bob'
      await ask('/session')
      open()
      assert.equal((await slow).body, 'slow of ada')
      await settled()
      // Its late header did not switch back.
      assert.equal((await store('/account')).body, '/account of bob')
      await origin.goDown()
      assert.equal((await ask('/slow')).status, 0)
      assert.equal((await ask('/account')).body, '/account of bob')
    },
  },
  {
    name: 'what one token was given is not given to another',
    async run({ ask, origin, store }) {
      session(origin)
      await store('/session')
      origin.route('/token', (request, response) => {
        response.writeHead(200, { 'Cache-Control': 'max-age=600' })
        response.end(String(request.headers.authorization))
      })
      const first = { headers: { Authorization: 'Bearer one' } }
      await store('/token', first)
      assert.equal((await ask('/token', first)).body, 'Bearer one')
      assert.equal(origin.visits('/token').length, 1)
      assert.equal((await ask('/token', { headers: { Authorization: 'Bearer two' } })).body, 'Bearer two')
      assert.equal((await ask('/token')).body, 'undefined')
    },
  },
  {
    name: 'a request without credentials is not answered with what the user was given',
    async run(kit) {
      const state = session(kit.origin)
      await storeAdas(kit)
      state.user = undefined
      assert.equal((await kit.ask('/account', { credentials: 'omit' })).body, '/account of undefined')
    },
  },
  {
    name: 'a form whose redirect hides who signed in ends private answers',
    async run(kit) {
      const { ask, call, origin } = kit
      const state = session(origin)
      await storeAdas(kit)
      origin.route('/login', (_request, response) => {
        state.user = 'bob'
        response.writeHead(303, { Location: '/hello', 'Thermocline-Partition': 'p-bob' }).end()
      })
      origin.says('/hello', '<!doctype html><title>hello</title>', { 'Content-Type': 'text/html' })
      const title = async (): Promise<string> => await call(() => document.title).catch(() => '')
      // Engines differ in whether the page is left before its answer is fetched.
      await call(() => {
        document.body.innerHTML = '<form method="post" action="/login"></form>'
        document.forms[0]?.submit()
      }).catch(() => {})
      while ((await title()) !== 'hello');
      for (const path of PRIVATE) assert.equal((await ask(path)).body, `${path} of bob`)
    },
  },
]

export const PARTITIONS: Subject = { subject: 'partitions', cases: CASES }
