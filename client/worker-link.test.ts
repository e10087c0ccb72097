import { expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeContainer, FakeHost, FakeRegistration, FakeWorker } from './service-workers.fake.ts'
import { WorkerLink } from './worker-link.ts'

const OPTIONS = { url: 'https://shop.example/sw.js', scope: 'https://shop.example/', updateCheckMs: 60_000 }

async function connect(host: FakeHost, options = OPTIONS) {
  const link = new WorkerLink(host)
  const heard: string[] = []
  host.finishLoading()
  await link.connect(options)
  for (const type of ['waiting', 'controlled', 'updated', 'failed', 'reloading'] as const) {
    link.addEventListener(type, () => heard.push(type))
  }
  await settled()
  return { link, heard }
}

/** All promise work that is ready has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A registration whose first version is in charge. */
function established(): FakeRegistration {
  const registration = new FakeRegistration()
  const worker = new FakeWorker()
  worker.state = 'activated'
  registration.active = worker
  return registration
}

it('says that service workers are missing where the browser has none', async () => {
  const { link } = await connect(new FakeHost())
  expect(link.supported).toBe(false)
  expect(link.reason).toBe('missing')
})

it('says that the origin is insecure', async () => {
  const { link } = await connect(new FakeHost(new FakeContainer(), { secure: false }))
  expect(link.reason).toBe('insecure-origin')
})

it.each([
  ['refused', new DOMException('The operation is insecure.', 'SecurityError')],
  ['script-failed', new TypeError('A bad HTTP response code (404) was received when fetching the script.')],
] as const)('resolves with the reason %s and the browser’s error', async (reason, error) => {
  const container = new FakeContainer()
  container.registerError = error
  const host = new FakeHost(container)
  const { link, heard } = await connect(host)
  expect(link.supported).toBe(false)
  expect(link.reason).toBe(reason)
  expect(link.error).toBe(error)
  expect(heard).toEqual([])
  expect(host.timers).toBe(0)
  expect(host.visibilityListeners).toBe(0)
  expect(await link.setPartition('u1')).toBe(true)
  expect(await link.clear()).toBe(true)
  await link.checkForUpdate()
  await link.applyUpdate()
})

it('goes on with the version in charge when its script cannot be had', async () => {
  const container = new FakeContainer(established())
  container.registerError = new TypeError('404')
  const { link, heard } = await connect(new FakeHost(container))
  expect(link.supported).toBe(true)
  expect(heard).toEqual(['failed'])
  await link.setPartition('u1')
  expect(container.registration.active?.messages).toContainEqual({
    type: 'thermocline:partition',
    partition: 'u1',
  })
})

it('registers after the page has loaded, past the HTTP cache', async () => {
  const container = new FakeContainer()
  const host = new FakeHost(container)
  const link = new WorkerLink(host)
  const connected = link.connect(OPTIONS)
  await settled()
  expect(container.registered).toEqual([])
  host.finishLoading()
  await connected
  expect(container.registered).toEqual([
    ['https://shop.example/sw.js', { scope: 'https://shop.example/', updateViaCache: 'none' }],
  ])
})

it('reports the first control once and does not reload', async () => {
  const container = new FakeContainer()
  const host = new FakeHost(container)
  const { link, heard } = await connect(host)
  const first = container.registration.find()
  container.registration.install()
  container.registration.activate()
  expect(link.controlled).toBe(false)
  container.beControlledBy(first)
  expect(link.controlled).toBe(true)
  expect(heard).toEqual(['controlled'])
  expect(host.reloads).toBe(0)
})

it('keeps what the worker said while the page loaded for the first listener', async () => {
  const container = new FakeContainer(established())
  const host = new FakeHost(container)
  const link = new WorkerLink(host)
  const connected = link.connect(OPTIONS)
  container.receive({ type: 'thermocline:updated', url: 'https://shop.example/a' })
  container.receive({ type: 'thermocline:updated', url: 'https://shop.example/b' })
  host.finishLoading()
  await connected
  const urls: string[] = []
  link.addEventListener('updated', ({ url }) => urls.push(url))
  await settled()
  container.receive({ type: 'thermocline:updated', url: 'https://shop.example/c' })
  expect(urls).toEqual(['https://shop.example/a', 'https://shop.example/b', 'https://shop.example/c'])
})

it.each([
  null,
  'thermocline:updated',
  { type: 'thermocline:updated' },
  { type: 'thermocline:updated', url: 1 },
  { type: 'x', url: '/' },
])('ignores the message %j', async (message) => {
  const container = new FakeContainer(established())
  const { heard } = await connect(new FakeHost(container))
  container.receive(message)
  expect(heard).toEqual([])
})

it('tells the first version once it is in charge', async () => {
  const container = new FakeContainer()
  const first = container.registration.find()
  const { link } = await connect(new FakeHost(container))
  const told = link.clear()
  await settled()
  expect(first.messages).toEqual([])
  container.registration.install()
  container.registration.activate()
  await told
  expect(first.messages).toEqual([{ type: 'thermocline:clear' }])
})

it.each([[{ ok: false }], [null], ['ok']])(
  'says that the worker failed when it answers %j',
  async (answer) => {
    const container = new FakeContainer(established())
    const { link } = await connect(new FakeHost(container))
    Object.assign(container.registration.active as FakeWorker, { answer })
    expect(await link.clear()).toBe(false)
  },
)

it('gives up on a worker that does not answer, and leaves no timer', async () => {
  const container = new FakeContainer(established())
  const host = new FakeHost(container)
  const { link } = await connect(host, { ...OPTIONS, updateCheckMs: 0 })
  Object.assign(container.registration.active as FakeWorker, { answer: undefined })
  const told = link.setPartition('u1')
  await settled()
  host.pass(10_000)
  expect(await told).toBe(false)
  expect(host.timers).toBe(0)
})

it('waits no longer for a first version that does not install', async () => {
  const container = new FakeContainer()
  const first = container.registration.find()
  const { link, heard } = await connect(new FakeHost(container))
  const told = link.setPartition('u1')
  first.become('redundant')
  await told
  expect(heard).toEqual(['failed'])
})

it.each(['', 'a b', 'x'.repeat(65), 'ada@example.com', undefined])('refuses the partition %j', async (id) => {
  const { link } = await connect(new FakeHost(new FakeContainer(established())))
  await expect(link.setPartition(id as string)).rejects.toMatchObject({ code: 'option-invalid' })
})

it('asks for a new version at every interval while it is visible, and not while it is hidden or offline', async () => {
  const container = new FakeContainer(established())
  const host = new FakeHost(container)
  await connect(host)
  expect(container.registration.updates).toBe(0)
  host.pass(60_000)
  expect(container.registration.updates).toBe(1)
  host.show(false)
  expect(host.timers).toBe(0)
  host.pass(600_000)
  expect(container.registration.updates).toBe(1)
  host.show(true)
  expect(container.registration.updates).toBe(2)
  host.show(false)
  host.show(true)
  expect(container.registration.updates).toBe(2)
  expect(host.timers).toBe(1)
  host.connected = false
  host.pass(60_000)
  expect(container.registration.updates).toBe(2)
})

it('reports a check that failed', async () => {
  const container = new FakeContainer(established())
  const { link, heard } = await connect(new FakeHost(container))
  container.registration.updateError = new TypeError('offline')
  await link.checkForUpdate()
  expect(heard).toEqual(['failed'])
})

it('leaves no timer and no listener behind when closed', async () => {
  const container = new FakeContainer(established())
  const host = new FakeHost(container)
  const { link, heard } = await connect(host)
  link.close()
  expect(host.timers).toBe(0)
  expect(host.visibilityListeners).toBe(0)
  container.receive({ type: 'thermocline:updated', url: 'https://shop.example/a' })
  container.registration.find()
  container.registration.install()
  container.registration.activate()
  expect(heard).toEqual([])
  expect(host.reloads).toBe(0)
})

it('lets go of a worker that leaves for good, and reloads for nothing that takes its place', async () => {
  const container = new FakeContainer(established())
  const host = new FakeHost(container)
  const { heard } = await connect(host)
  const { port1, port2 } = new MessageChannel()
  const said = new Promise((resolve) => {
    port1.addEventListener('message', resolve)
    port1.start()
  })
  container.receive({ type: 'thermocline:off' }, [port2])
  await said
  port1.close()
  container.registration.find()
  container.registration.install()
  container.registration.activate()
  expect(heard).toEqual([])
  expect(host.reloads).toBe(0)
  expect(host.timers).toBe(0)
})

it('does not check when checks are off', async () => {
  const host = new FakeHost(new FakeContainer(established()))
  await connect(host, { ...OPTIONS, updateCheckMs: 0 })
  // Whom the worker knows is asked all the same.
  await waitUntil(() => host.timers === 0, 'no timer')
})
