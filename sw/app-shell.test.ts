import { beforeEach, describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { AppShell } from './app-shell.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

const SCOPE = 'https://shop.example/'

interface Scope {
  clients: { matchAll(): Promise<{ id: string; url: string }[]> }
  registration: { scope: string }
}
const worker = globalThis as unknown as Scope
let open: string[]
let looks: number
let platform: FakePlatform

beforeEach(() => {
  resetIndexedDb()
  platform = new FakePlatform()
  platform.network = ({ url }) => new Response(`file ${new URL(url).pathname}`)
  open = []
  worker.registration = { scope: SCOPE }
  looks = 0
  worker.clients = {
    async matchAll() {
      looks += 1
      return open.map((id) => ({ id, url: SCOPE }))
    },
  }
})

const build = (name: string) => [
  { url: '/', revision: name },
  { url: `/app-${name}.js`, revision: null },
]

/** Installs and activates a version, as a restarted worker does. */
async function start(options: Omit<ConstructorParameters<typeof AppShell>[0], 'platform'>) {
  const next = new FakePlatform(platform.cacheStorage)
  next.network = platform.network
  const shell = new AppShell({ ...options, platform: next })
  await shell.install({} as ExtendableEvent)
  await shell.activate()
  return { shell, platform: next }
}

/** A request of a page; `request.mode` can't be `navigate` in Node. */
function ask(
  shell: AppShell,
  path: string,
  facts: { clientId?: string; mode?: string; method?: string } = {},
) {
  const { clientId = '', mode = 'cors', method = 'GET' } = facts
  const request = { url: new URL(path, SCOPE).href, mode, method, headers: new Headers() }
  // Nothing may extend it: while an event lasts no new version takes over.
  const event = { request, clientId } as unknown as FetchEvent
  return async (otherwise: () => Promise<Response>) => await (await shell.answer(event, otherwise)).text()
}

const network = async () => new Response('network')
const away = () => Promise.reject(new TypeError('away'))

describe('the application shell', () => {
  it('answers GET of precached files, and nothing else', async () => {
    const { shell } = await start({ precache: build('A') })
    expect(await ask(shell, '/app-A.js')(network)).toBe('file /app-A.js')
    expect(await ask(shell, '/app-A.js', { method: 'HEAD' })(network)).toBe('network')
    expect(await ask(shell, '/', { mode: 'navigate' })(network)).toBe('network')
    expect(await ask(shell, '/other')(network)).toBe('network')
  })

  it('stands in for pages while the network is away', async () => {
    const { shell } = await start({
      precache: build('A'),
      shell: '/',
      offline: '/offline.html',
      shellDeny: [/^\/api\//],
    })
    const page = { mode: 'navigate' }
    expect(await ask(shell, '/p/42', page)(away)).toBe('file /')
    // It is not precached, so it is kept for itself.
    expect(await ask(shell, '/api/export', page)(away)).toBe('file /offline.html')
    await expect(ask(shell, '/api/export')(away)).rejects.toThrow('away')
  })

  it('takes other rules while it runs', async () => {
    const options = { precache: build('A'), shell: '/' as string | undefined, platform }
    const shell = new AppShell(options)
    await shell.install({} as ExtendableEvent)
    options.shell = undefined
    await expect(ask(shell, '/p/42', { mode: 'navigate' })(away)).rejects.toThrow('away')
  })

  it('leaves everything to the network where Cache Storage throws', async () => {
    const { shell } = await start({ precache: build('A') })
    platform.cacheStorage.fault = new Error('no storage')
    expect(await ask(shell, '/app-A.js')(network)).toBe('network')
  })
})

describe('the files of an older build', () => {
  it('go after a navigation, once its last page is gone', async () => {
    await start({ precache: build('A') })
    open = ['a']
    const { shell, platform: running } = await start({ precache: build('B') })
    await ask(shell, '/', { mode: 'navigate' })(network)
    const before = looks
    const looked = () => {
      running.pass(1_000)
      return looks
    }
    await expect.poll(looked).toBeGreaterThan(before)
    expect(await ask(shell, '/app-A.js', { clientId: 'a' })(network)).toBe('file /app-A.js')
    open = ['b']
    const stored = () => {
      running.pass(1_000)
      return platform.cacheStorage.texts().sort()
    }
    await expect.poll(stored).toEqual(['file /', 'file /app-B.js'])
  })
})

it.each([
  ['/index.html', '"/index.html"'],
  [['/index.html'], '"/index.html"'],
  [[{ url: '/a', revision: '1' }, { url: '/b' }], 'an object'],
  [[{ url: '/a', revision: null, integrity: '5' }], 'an object'],
])('an application refuses %j for the files to precache', (precache, seen) => {
  expect(() => new AppShell({ precache: precache as never, platform })).toThrowError(
    expect.objectContaining({
      code: 'option-invalid',
      message: `\`precache\` is, or holds, ${seen}. Write a list of { url, revision, integrity? }, revision being null for hashed names, integrity such as 'sha384-…'.`,
    }),
  )
})
