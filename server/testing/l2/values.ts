import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { L2Driver } from '../../l2/l2-driver.ts'
import { type Contract, keyOf, until } from './contract.ts'

const LONG_MS = 60_000
const SIXTY_DAYS_MS = 5_184_000_000
const LARGE_BYTES = 900_000

/** Bytes under keys, one at a time. */
export function testValues({ test }: Contract): void {
  test('gives back the bytes that were set', async (driver, prefix, another) => {
    const key = keyOf(prefix, 'a')
    assert.equal(await driver.get(key), undefined)
    await driver.set({ key, bytes: 'grüße', ttlMs: LONG_MS })
    assert.equal(await textAt(driver, key), 'grüße')
    assert.equal(await textAt(another, key), 'grüße')
    await another.set({ key, bytes: 'anew', ttlMs: LONG_MS })
    assert.equal(await textAt(driver, key), 'anew')
  })

  test('keeps bytes that are no text', async (driver, prefix) => {
    const samples = [
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      Buffer.from([0xff, 0xfe, 0x00, 0x80]),
      Buffer.from('\r\nEND\r\n$-1\r\n'),
      randomBytes(10_000),
    ]
    for (const [index, bytes] of samples.entries()) {
      const key = keyOf(prefix, `bytes-${index}`)
      await driver.set({ key, bytes, ttlMs: LONG_MS })
      assert.deepEqual(await driver.get(key), bytes)
    }
  })

  test('tells an empty value from none', async (driver, prefix) => {
    for (const bytes of ['', Buffer.alloc(0)]) {
      const key = keyOf(prefix, `empty-${typeof bytes}`)
      await driver.set({ key, bytes, ttlMs: LONG_MS })
      assert.deepEqual(await driver.get(key), Buffer.alloc(0))
      assert.deepEqual(await driver.getMany([key]), [Buffer.alloc(0)])
    }
  })

  test('keeps large values', async (driver, prefix) => {
    const bytes = randomBytes(Math.min(LARGE_BYTES, driver.maxValueBytes))
    await driver.set({ key: keyOf(prefix, 'large'), bytes, ttlMs: LONG_MS })
    assert.ok((await driver.get(keyOf(prefix, 'large')))?.equals(bytes))
  })

  test('keeps odd keys apart', async (driver, prefix) => {
    const names = [
      'a b',
      'a  b',
      'a b ',
      'A b',
      'a\r\nb',
      'a\nb',
      'a\0b',
      'a\tb',
      'a*b',
      'a?b',
      '[ab]',
      String.raw`a\b`,
      'größe',
      '価格',
      '🍓',
      '__proto__',
      'constructor',
    ]
    const braced = ['{}', '{}a', 'a}', 'a}b', '}{', '{a', '{a}b', '{a}{b}', '{{a}}', 'x{a}']
    const long = (last: string) => 'k'.repeat(driver.maxKeyBytes - Buffer.byteLength(prefix) - 1) + last
    const keys = [
      ...names.flatMap((name) => [keyOf(prefix, name), prefix + name]),
      ...[...braced, long('1'), long('2')].map((name) => prefix + name),
    ]
    for (const key of keys) await driver.set({ key, bytes: `value of ${key}`, ttlMs: LONG_MS })
    for (const key of keys) assert.equal(await textAt(driver, key), `value of ${key}`)
    const all = await driver.getMany(keys)
    assert.deepEqual(
      all.map(String),
      keys.map((key) => `value of ${key}`),
    )
    await driver.delete(keys)
    assert.ok((await driver.getMany(keys)).every((bytes) => bytes === undefined))
  })

  test('has bytes of its own, whatever becomes of those it was given and gave', async (driver, prefix) => {
    const key = keyOf(prefix, 'a')
    const bytes = Buffer.from('value')
    await driver.set({ key, bytes, ttlMs: LONG_MS })
    bytes.fill('x')
    const found = await driver.get(key)
    assert.equal(String(found), 'value')
    found?.fill('y')
    assert.equal(await textAt(driver, key), 'value')
  })

  test('forgets a value when its time is up, and not before', async (driver, prefix) => {
    const [short, long, fraction, renewed] = ['short', 'long', 'fraction', 'renewed'].map((name) =>
      keyOf(prefix, name),
    ) as [string, string, string, string]
    const startMs = performance.now()
    await driver.set({ key: long, bytes: 'long', ttlMs: SIXTY_DAYS_MS })
    await driver.set({ key: fraction, bytes: 'fraction', ttlMs: 0.5 })
    await driver.set({ key: renewed, bytes: 'renewed', ttlMs: 700 })
    await driver.set({ key: short, bytes: 'short', ttlMs: 700.25 })
    await driver.set({ key: renewed, bytes: 'renewed', ttlMs: LONG_MS })
    const bytes = await driver.get(short)
    // After a long pause of this process there is nothing to be said about it.
    if (performance.now() - startMs < 700) assert.equal(String(bytes), 'short')
    await until(async () => (await driver.get(short)) === undefined, 'a value of 700 ms is gone')
    await until(
      async () => (await driver.get(fraction)) === undefined,
      'a value of half a millisecond is gone',
    )
    assert.ok(performance.now() - startMs >= 600)
    assert.equal(await textAt(driver, long), 'long')
    assert.equal(await textAt(driver, renewed), 'renewed')
  })
}

/** Many at once. */
export function testMany({ test }: Contract): void {
  test('reads many in the order of their keys', async (driver, prefix) => {
    const keys = Array.from({ length: 1_500 }, (_, index) => keyOf(prefix, String(index)))
    const even = keys.filter((_, index) => index % 2 === 0)
    await driver.setMany(even.map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    const found = await driver.getMany([...keys].reverse())
    assert.deepEqual(
      found.map((bytes) => bytes?.toString()),
      keys.map((key, index) => (index % 2 === 0 ? key : undefined)).reverse(),
    )
  })

  test('reads a key as often as it is asked for', async (driver, prefix) => {
    const [a, b] = [keyOf(prefix, 'a'), keyOf(prefix, 'b')]
    await driver.set({ key: a, bytes: 'A', ttlMs: LONG_MS })
    assert.deepEqual(
      (await driver.getMany([a, b, a])).map((bytes) => bytes?.toString()),
      ['A', undefined, 'A'],
    )
  })

  test('takes nothing for an answer', async (driver) => {
    assert.deepEqual(await driver.getMany([]), [])
    await driver.setMany([])
    await driver.delete([])
  })

  test('deletes what is there, and minds nothing that is not', async (driver, prefix, another) => {
    const keys = ['a', 'b', 'c'].map((name) => keyOf(prefix, name))
    await driver.setMany(keys.map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    await another.delete([...keys.slice(0, 2), keyOf(prefix, 'absent')])
    assert.deepEqual(
      (await driver.getMany(keys)).map((bytes) => bytes?.toString()),
      [undefined, undefined, keys[2]],
    )
  })

  test('gives each of many callers its own answer', async (driver, prefix, another) => {
    const work = Array.from({ length: 300 }, async (_, index) => {
      const key = keyOf(prefix, String(index))
      const writer = index % 2 === 0 ? driver : another
      await writer.set({ key, bytes: key.repeat((index % 7) + 1), ttlMs: LONG_MS })
      assert.equal(await textAt(driver, key), key.repeat((index % 7) + 1))
    })
    await Promise.all(work)
  })
}

/** Everything that begins alike. */
export function testPrefix({ test }: Contract): void {
  test('removes what begins with a prefix, and nothing else', async (driver, prefix, another) => {
    const inside = ['', 'x', 'x:v:{1}', 'x:v:{2}', '{tag}', '\n'].map(
      (rest) => `${prefix}a*[b-d]?\\^:${rest}`,
    )
    const outside = ['a', 'aab?\\^:', 'a*b?\\^:x', 'aXX[b-d]?\\^:', 'a*[b-d]z\\^:', 'A*[b-d]?\\^:x'].map(
      (name) => prefix + name,
    )
    const writes = [...inside, ...outside].map((key) => ({ key, bytes: key, ttlMs: LONG_MS }))
    await driver.setMany(writes)
    assert.equal(driver.deletePrefix === undefined, false, 'The driver has no `deletePrefix`.')
    await driver.deletePrefix?.(`${prefix}a*[b-d]?\\^:`)
    assert.ok((await another.getMany(inside)).every((bytes) => bytes === undefined))
    assert.deepEqual((await another.getMany(outside)).map(String), outside)
    await another.deletePrefix?.(prefix)
    assert.ok((await driver.getMany(outside)).every((bytes) => bytes === undefined))
  })

  test('removes thousands, wherever they are kept', async (driver, prefix) => {
    const keys = Array.from({ length: 5_000 }, (_, index) => keyOf(prefix, String(index)))
    await driver.setMany(keys.map((key) => ({ key, bytes: 'x', ttlMs: LONG_MS })))
    await driver.deletePrefix?.(prefix)
    assert.ok((await driver.getMany(keys)).every((bytes) => bytes === undefined))
    // And there is nothing more to remove.
    await driver.deletePrefix?.(prefix)
  })
}

async function textAt(driver: L2Driver, key: string): Promise<string | undefined> {
  return (await driver.get(key))?.toString()
}
