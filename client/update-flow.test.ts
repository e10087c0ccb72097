import { expect, it } from 'vitest'
import { FakeContainer, FakeHost, FakeRegistration, FakeWorker } from './service-workers.fake.ts'
import { WorkerLink } from './worker-link.ts'
import type { FailedEvent, WaitingEvent } from './worker-events.ts'

const OPTIONS = { url: 'https://shop.example/sw.js', scope: 'https://shop.example/', updateCheckMs: 0 }

function established(): FakeRegistration {
  const registration = new FakeRegistration()
  registration.active = new FakeWorker()
  registration.active.state = 'activated'
  return registration
}

async function openTab(registration: FakeRegistration, prepare: (host: FakeHost) => void = () => {}) {
  const container = new FakeContainer(registration)
  const host = new FakeHost(container)
  prepare(host)
  const link = new WorkerLink(host)
  host.finishLoading()
  await link.connect(OPTIONS)
  const waiting: WaitingEvent[] = []
  const failed: FailedEvent[] = []
  link.addEventListener('waiting', (event) => waiting.push(event))
  link.addEventListener('failed', (event) => failed.push(event))
  await settled()
  return { container, host, link, waiting, failed }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

it('announces a version that waited before the page was loaded', async () => {
  const registration = established()
  registration.find()
  registration.install()
  const { link, waiting } = await openTab(registration)
  expect(waiting).toHaveLength(1)
  expect(link.updateWaiting).toBe(true)
})

it('announces a version that was being installed while the page loaded, once', async () => {
  const registration = established()
  registration.find()
  const { host, link, waiting } = await openTab(registration)
  expect(waiting).toHaveLength(0)
  registration.install()
  host.show(false)
  host.show(true)
  await link.checkForUpdate()
  expect(waiting).toHaveLength(1)
})

it('announces a version whose events it missed when the page is shown again', async () => {
  const registration = established()
  const { host, waiting } = await openTab(registration)
  registration.waiting = new FakeWorker()
  host.show(true)
  expect(waiting).toHaveLength(1)
})

it('says nothing about a first installation', async () => {
  const registration = new FakeRegistration()
  const { link, waiting } = await openTab(registration)
  registration.find()
  registration.install()
  expect(waiting).toHaveLength(0)
  expect(link.updateWaiting).toBe(false)
})

it('tells a late listener only of the newest version', async () => {
  const registration = established()
  registration.find()
  registration.install()
  const host = new FakeHost(new FakeContainer(registration))
  const link = new WorkerLink(host)
  host.finishLoading()
  await link.connect(OPTIONS)
  registration.find()
  registration.install()
  const waiting: Event[] = []
  link.addEventListener('waiting', (event) => waiting.push(event))
  await settled()
  expect(waiting).toHaveLength(1)
})

it('reloads every tab once when one of them applies', async () => {
  const registration = established()
  const tabs = [await openTab(registration), await openTab(registration), await openTab(registration)]
  registration.find()
  registration.install()
  expect(tabs.map(({ waiting }) => waiting.length)).toEqual([1, 1, 1])
  await Promise.all([tabs[0]?.waiting[0]?.apply(), tabs[0]?.waiting[0]?.apply()])
  expect(tabs.map(({ host }) => host.reloads)).toEqual([1, 1, 1])
  expect(registration.active?.messages).toEqual([{ type: 'thermocline:skip-waiting' }])
})

it('reloads a tab that a hard reload had left without the worker when it applies', async () => {
  const registration = established()
  const { container, host, link } = await openTab(registration, ({ fake }) => {
    if (fake) fake.controller = null
  })
  registration.find()
  registration.install()
  await link.applyUpdate()
  expect(container.controller).toBe(null)
  expect(host.reloads).toBe(1)
})

it('reloads an uncontrolled tab of the old version when the new one claims it', async () => {
  const registration = established()
  const { container, host } = await openTab(registration, ({ fake }) => {
    if (fake) fake.controller = null
  })
  registration.find()
  registration.install()
  registration.activate()
  container.beControlledBy(registration.active as FakeWorker)
  expect(host.reloads).toBe(1)
})

it('does not reload when the version that is active already claims the page', async () => {
  const registration = established()
  const { container, host } = await openTab(registration, ({ fake }) => {
    if (fake) fake.controller = null
  })
  container.beControlledBy(registration.active as FakeWorker)
  expect(host.reloads).toBe(0)
})

it('lets a tab keep its page, and applies later without the worker’s help', async () => {
  const registration = established()
  const applying = await openTab(registration)
  const keeping = await openTab(registration)
  keeping.link.addEventListener('reloading', (event) => event.preventDefault())
  registration.find()
  registration.install()
  await applying.link.applyUpdate()
  expect(applying.host.reloads).toBe(1)
  expect(keeping.host.reloads).toBe(0)
  await keeping.link.applyUpdate()
  expect(keeping.host.reloads).toBe(1)
})

it('applies the newer version when the one that waited is replaced meanwhile', async () => {
  const registration = established()
  const { host, waiting } = await openTab(registration)
  const second = registration.find()
  registration.install()
  second.onPost = () => {}
  const applied = waiting[0]?.apply()
  registration.find()
  registration.install()
  await applied
  expect(host.reloads).toBe(1)
  expect(registration.active?.messages).toEqual([{ type: 'thermocline:skip-waiting' }])
})

it('reports a version that does not take over, and leaves no timer', async () => {
  const registration = established()
  const { host, waiting, failed } = await openTab(registration)
  registration.find().onPost = () => {}
  registration.install()
  const applied = waiting[0]?.apply()
  host.pass(10_000)
  await applied
  expect(failed.map(({ reason }) => reason)).toEqual(['activate'])
  expect(host.reloads).toBe(0)
  expect(host.timers).toBe(0)
})

it('reports an apply with nothing to apply', async () => {
  const { link, failed } = await openTab(established())
  await link.applyUpdate()
  expect(failed.map(({ reason }) => reason)).toEqual(['activate'])
})

it('reports a version that cannot be installed', async () => {
  const registration = established()
  const { failed, waiting } = await openTab(registration)
  registration.find().become('redundant')
  expect(failed.map(({ reason }) => reason)).toEqual(['install'])
  expect(waiting).toHaveLength(0)
})

it('stops reloading a tab that new versions keep reloading', async () => {
  const registration = established()
  const session = new FakeHost().session
  const reloads: number[] = []
  const reasons: string[] = []
  for (let page = 0; page < 5; page += 1) {
    const { host, failed, waiting } = await openTab(registration, (fresh) => {
      Object.assign(fresh.session, session)
    })
    registration.find()
    registration.install()
    await waiting[0]?.apply()
    reloads.push(host.reloads)
    reasons.push(...failed.map(({ reason }) => reason))
  }
  expect(reloads).toEqual([1, 1, 1, 0, 0])
  expect(reasons).toEqual(['reload-loop', 'reload-loop'])
})

it('reloads although the tab’s storage is refused', async () => {
  const registration = established()
  const { host, link } = await openTab(registration, (fresh) => {
    fresh.session.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  registration.find()
  registration.install()
  await link.applyUpdate()
  expect(host.reloads).toBe(1)
})
