import { expect, it } from 'vitest'
import { FakeContainer, FakeHost, FakeRegistration, FakeWorker } from './service-workers.fake.ts'
import { WorkerLink } from './worker-link.ts'

const OPTIONS = { url: 'https://shop.example/sw.js', scope: 'https://shop.example/', updateCheckMs: 60_000 }

/** A page that began while `owner` was signed in, and what it hears of others. */
async function open(owner: string | undefined) {
  const registration = new FakeRegistration()
  const worker = new FakeWorker()
  worker.state = 'activated'
  registration.active = worker
  const container = new FakeContainer(registration)
  const host = new FakeHost(container)
  const link = new WorkerLink(host)
  const signIn = (partition: string | undefined) => {
    worker.answer = { ok: true, partition }
  }
  signIn(owner)
  host.finishLoading()
  await link.connect(OPTIONS)
  const heard: boolean[] = []
  link.addEventListener('switched', ({ restored }) => heard.push(restored))
  await settled()
  return {
    host,
    link,
    worker,
    heard,
    signIn,
    /** The page is shown again, and has asked. */
    restore: async () => {
      host.restore()
      await settled()
    },
    hear: async () => {
      container.receive({ type: 'thermocline:switched' })
      await settled()
    },
  }
}

/** All that goes through message ports has arrived. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

it('a page that comes back after somebody else has signed in is reloaded', async () => {
  const { heard, host, restore, signIn } = await open('ada')
  signIn('bob')
  await restore()
  expect(heard).toEqual([true])
  expect(host.reloads).toBe(1)
})

it('is told where it can not be: it has just been reloaded time and again', async () => {
  const { host, link, restore, signIn } = await open('ada')
  const failures: string[] = []
  link.addEventListener('failed', ({ reason }) => failures.push(reason))
  for (const user of ['bob', 'cyd', 'dee', 'eve']) {
    signIn(user)
    await restore()
  }
  expect(host.reloads).toBe(3)
  expect(failures).toEqual(['reload-loop'])
})

it('so is one that comes back while nobody knows who is signed in', async () => {
  const { host, restore, signIn } = await open('ada')
  signIn(undefined)
  await restore()
  expect(host.reloads).toBe(1)
})

it('so is one that was left before it knew whose it is', async () => {
  const { host, restore, signIn } = await open(undefined)
  signIn('bob')
  await restore()
  expect(host.reloads).toBe(1)
})

it('nor does it wait for an answer that was lost when it was put away', async () => {
  const { hear, host, restore, signIn, worker } = await open('ada')
  worker.answer = undefined
  await hear()
  signIn('bob')
  await restore()
  expect(host.reloads).toBe(1)
})

it('a page that comes back to its own user stays as it is', async () => {
  const { heard, host, restore } = await open('ada')
  await restore()
  expect(heard).toEqual([])
  expect(host.reloads).toBe(0)
})

it('the page may keep itself, and clear away what is not for the new user', async () => {
  const { host, link, restore, signIn } = await open('ada')
  link.addEventListener('switched', (event) => event.preventDefault())
  signIn('bob')
  await restore()
  expect(host.reloads).toBe(0)
})

it('a page that is open is told, once somebody is known, and not reloaded', async () => {
  const { heard, hear, host, signIn } = await open('ada')
  signIn(undefined)
  await hear()
  expect(heard).toEqual([])
  signIn('bob')
  await hear()
  expect(heard).toEqual([false])
  expect(host.reloads).toBe(0)
})

it('a page that a user has signed in on is that user’s', async () => {
  const { hear, host, restore, signIn } = await open('ada')
  signIn('bob')
  await hear()
  await restore()
  expect(host.reloads).toBe(0)
})

it('the first user to be known is no other user', async () => {
  const { heard, hear, restore, signIn } = await open(undefined)
  signIn('ada')
  await hear()
  await restore()
  expect(heard).toEqual([])
})

it.each([[undefined], [{ ok: false }], [{ ok: true }]])(
  'a worker that answers %j says nothing of users',
  async (answer) => {
    const { heard, host, restore, worker } = await open('ada')
    worker.answer = answer
    host.restore()
    await settled()
    host.pass(10_000)
    await restore()
    expect(heard).toEqual([])
    expect(host.reloads).toBe(0)
  },
)

it('a page that was closed is left alone', async () => {
  const { host, link, restore, signIn } = await open('ada')
  link.close()
  signIn('bob')
  await restore()
  expect(host.reloads).toBe(0)
})
