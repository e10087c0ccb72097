import assert from 'node:assert/strict'
import { type L2Driver, type L2Leases, type LeaseReply, SEEN_BYTES } from '../../l2/l2-driver.ts'
import { type Contract, keyOf, until } from './contract.ts'

const LONG_MS = 60_000
const SHORT_MS = 150

/** The right to load, one holder at a time. */
export function testLeases({ test }: Contract): void {
  test('leases a key to one of many who ask', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        leasesOf(index % 2 === 0 ? driver : another).getOrLease(key, `token-${index}`, LONG_MS),
      ),
    )
    const holder = replies.findIndex(({ kind }) => kind === 'leased')
    assert.deepEqual(replies.filter(({ kind }) => kind === 'leased').length, 1)
    for (const [index, reply] of replies.entries()) if (index !== holder) assertHeld(reply, `token-${holder}`)
    const other = await leasesOf(driver).getOrLease(keyOf(prefix, 'b'), 'other', LONG_MS)
    assert.equal(other.kind, 'leased')
  })

  test('leases again to who holds it, and to no other', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    await lease(driver, key, 'first')
    assert.equal((await leasesOf(driver).getOrLease(key, 'first', LONG_MS)).kind, 'leased')
    assertHeld(await leasesOf(another).getOrLease(key, 'second', LONG_MS), 'first')
  })

  test('gives the value instead, where there is one', async (driver, prefix) => {
    const key = keyOf(prefix, 'a')
    await driver.set({ key, bytes: 'value', ttlMs: LONG_MS })
    assert.deepEqual(await leasesOf(driver).getOrLease(key, 'first', LONG_MS), valueReply('value'))
    await driver.delete([key])
    await lease(driver, key, 'first')
    // What was written meanwhile is of more use than the lease.
    await driver.set({ key, bytes: '', ttlMs: LONG_MS })
    assert.deepEqual(await leasesOf(driver).getOrLease(key, 'second', LONG_MS), valueReply(''))
  })

  test('leases a key whose value was seen and is of no use', async (driver, prefix) => {
    for (const [name, value, next] of [
      ['short', 'old', 'new'],
      ['empty', '', 'x'],
      ['long', 'old'.repeat(SEEN_BYTES), 'new'.repeat(SEEN_BYTES)],
      ['bytes', '\0\r\n', '\0\r'],
    ] as const) {
      const key = keyOf(prefix, name)
      const seen = Buffer.from(value)
      await driver.set({ key, bytes: value, ttlMs: LONG_MS })
      assert.equal((await leasesOf(driver).getOrLease(key, 'first', LONG_MS, { seen })).kind, 'leased')
      assertHeld(await leasesOf(driver).getOrLease(key, 'second', LONG_MS, { seen }), 'first')
      assert.equal(String(await driver.get(key)), value)
      await driver.set({ key, bytes: next, ttlMs: LONG_MS })
      assert.deepEqual(await leasesOf(driver).getOrLease(key, 'second', LONG_MS, { seen }), valueReply(next))
    }
  })

  test('hands a lease over to who names its holder', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    await lease(driver, key, 'first')
    const wrong = await leasesOf(another).getOrLease(key, 'thief', LONG_MS, { stealFrom: 'nobody' })
    assertHeld(wrong, 'first')
    const right = await leasesOf(another).getOrLease(key, 'thief', LONG_MS, { stealFrom: 'first' })
    assert.equal(right.kind, 'leased')
    assertHeld(await leasesOf(driver).getOrLease(key, 'third', LONG_MS, { stealFrom: 'first' }), 'thief')
    const write = { key, bytes: 'late', ttlMs: LONG_MS }
    assert.equal(await leasesOf(driver).renew(key, 'first', LONG_MS), false)
    assert.equal(await leasesOf(driver).release(key, 'first', 'late', write), false)
    assert.equal(await driver.get(key), undefined)
    assert.equal(await leasesOf(another).release(key, 'thief', 'done'), true)
  })

  test('frees a lease when its time is up', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    await lease(driver, key, 'first', SHORT_MS)
    await until(
      async () => (await leasesOf(another).getOrLease(key, 'second', LONG_MS)).kind === 'leased',
      'a lease of 150 ms is free',
    )
    const write = { key, bytes: 'late', ttlMs: LONG_MS }
    assert.equal(await leasesOf(driver).release(key, 'first', 'late', write), false)
    assert.equal(await driver.get(key), undefined)
    assertHeld(await leasesOf(driver).getOrLease(key, 'third', LONG_MS), 'second')
  })

  test('renews a lease for who still has it', async (driver, prefix, another) => {
    const [renewed, plain] = [keyOf(prefix, 'renewed'), keyOf(prefix, 'plain')]
    assert.equal(await leasesOf(driver).renew(renewed, 'first', LONG_MS), false)
    await lease(driver, renewed, 'first', 1_000)
    await lease(driver, plain, 'first', SHORT_MS)
    assertHeld(await leasesOf(another).getOrLease(renewed, 'second', LONG_MS), 'first', 1_000)
    assert.equal(await leasesOf(driver).renew(renewed, 'first', LONG_MS), true)
    assert.equal(await leasesOf(another).renew(renewed, 'second', LONG_MS), false)
    const held = await leasesOf(another).getOrLease(renewed, 'second', LONG_MS)
    assertHeld(held, 'first')
    assert.ok(held.kind === 'held' && held.leftMs > 1_000)
    await until(
      async () => !(await leasesOf(driver).renew(plain, 'first', SHORT_MS / 100)),
      'it is too late to renew',
    )
  })

  test('writes what a holder brings, and gives its lease back', async (driver, prefix, another) => {
    const [a, b] = [keyOf(prefix, 'a'), keyOf(prefix, 'b')]
    await lease(driver, a, 'first')
    const bytes = Buffer.from([0, 255, 13, 10])
    assert.equal(await leasesOf(driver).release(a, 'first', 'done', { key: a, bytes, ttlMs: LONG_MS }), true)
    assert.deepEqual(await leasesOf(another).getOrLease(a, 'second', LONG_MS), { kind: 'value', bytes })
    assert.equal(await leasesOf(driver).release(a, 'first', 'again'), false)
    await lease(driver, b, 'first')
    assert.equal(await leasesOf(driver).release(b, 'first', 'nothing'), true)
    assert.equal(await driver.get(b), undefined)
    assert.equal((await leasesOf(another).getOrLease(b, 'second', LONG_MS)).kind, 'leased')
  })

  test('leases odd keys, and each for itself', async (driver, prefix) => {
    const names = [
      'a b',
      'a\r\nb',
      '{}',
      '{}a',
      'a}',
      'a}b',
      '}{',
      '{a',
      '{a}b',
      '{a}c',
      '{{a}}',
      'x{a}',
      '🍓',
      'a*',
    ]
    for (const name of names) {
      const key = prefix + name
      await lease(driver, key, `token of ${name}`)
      assertHeld(await leasesOf(driver).getOrLease(key, 'other', LONG_MS), `token of ${name}`)
    }
    for (const name of names) {
      const key = prefix + name
      const write = { key, bytes: name, ttlMs: LONG_MS }
      assert.equal(await leasesOf(driver).release(key, `token of ${name}`, 'done', write), true)
      assert.equal(String(await driver.get(key)), name)
    }
  })
}

/** Those who wait are told. */
export function testWakes({ test }: Contract): void {
  test('tells those who wait, in every driver', async (driver, prefix, another) => {
    const heard: string[] = []
    listen(driver, prefix, (key, outcome) => heard.push(`here ${key} ${outcome}`))
    listen(another, prefix, (key, outcome) => heard.push(`there ${key} ${outcome}`))
    await until(() => [driver, another].every((one) => leasesOf(one).isListening), 'both listen')
    for (const [name, outcome] of [
      ['a', 'stored'],
      ['"b" {c}\n', 'failed: "no" \0 größe 🍓'],
    ] as const) {
      const key = prefix + name
      await lease(driver, key, 'first')
      assertHeld(await leasesOf(another).getOrLease(key, 'second', LONG_MS), 'first')
      await leasesOf(driver).release(key, 'first', outcome)
      const expected = [`here ${key} ${outcome}`, `there ${key} ${outcome}`]
      await until(() => expected.every((one) => heard.includes(one)), 'both have heard of it')
    }
    assert.equal(heard.length, 4)
  })

  test('tells those who waited for a holder that was robbed or renewed', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    const heard: string[] = []
    listen(another, prefix, (_key, outcome) => heard.push(outcome))
    await until(() => leasesOf(another).isListening, 'it listens')
    await lease(driver, key, 'first')
    assertHeld(await leasesOf(another).getOrLease(key, 'waiting', LONG_MS), 'first')
    await leasesOf(driver).renew(key, 'first', LONG_MS)
    await leasesOf(driver).getOrLease(key, 'thief', LONG_MS, { stealFrom: 'first' })
    await leasesOf(driver).release(key, 'first', 'of the robbed')
    await leasesOf(driver).release(key, 'thief', 'of the thief')
    await until(() => heard.length > 0, 'it has heard of it')
    assert.deepEqual(heard, ['of the thief'])
  })

  test('is quiet once it is closed, and leaves the others alone', async (driver, prefix, another) => {
    const heard: string[] = []
    listen(driver, prefix, () => heard.push('closed'))
    listen(another, prefix, () => heard.push('open'))
    await until(() => [driver, another].every((one) => leasesOf(one).isListening), 'both listen')
    await driver.close()
    await driver.close()
    assert.equal(leasesOf(driver).isListening, false)
    const key = keyOf(prefix, 'a')
    await lease(another, key, 'first')
    assertHeld(await leasesOf(another).getOrLease(key, 'second', LONG_MS), 'first')
    await leasesOf(another).release(key, 'first', 'done')
    await until(() => heard.length > 0, 'the other has heard of it')
    assert.deepEqual(heard, ['open'])
  })
}

function leasesOf(driver: L2Driver): L2Leases {
  assert.ok(driver.leases, 'The driver has no `leases`.')
  return driver.leases
}

/** Somebody else may load through the same store. */
function listen(driver: L2Driver, prefix: string, listener: (key: string, outcome: string) => void): void {
  leasesOf(driver).listen((key, outcome) => {
    if (key.startsWith(prefix)) listener(key, outcome)
  })
}

async function lease(driver: L2Driver, key: string, token: string, ttlMs = LONG_MS): Promise<void> {
  assert.deepEqual(await leasesOf(driver).getOrLease(key, token, ttlMs), { kind: 'leased' })
}

function assertHeld(reply: LeaseReply, token: string, atMostMs = LONG_MS): void {
  assert.ok(reply.kind === 'held', `The reply is \`${reply.kind}\`, and somebody holds the lease.`)
  assert.equal(reply.token, token)
  assert.ok(reply.leftMs > 0 && reply.leftMs <= atMostMs, `It has ${reply.leftMs} ms left.`)
}

function valueReply(text: string): LeaseReply {
  return { kind: 'value', bytes: Buffer.from(text) }
}
