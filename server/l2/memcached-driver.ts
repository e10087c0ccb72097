import { createHash } from 'node:crypto'
import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import type { L2Driver, L2Write } from './l2-driver.ts'

/** The part of a `MemcacheClient` of the package memcache-client that is used here, by shape. */
export interface MemcachedLike {
  /** Resolves with an object: for each key that was found, an object with its `value`. */
  get(keys: string[]): Promise<unknown>
  set(key: string, value: Buffer, options: { readonly lifetime: number }): Promise<unknown>
  delete(key: string): Promise<unknown>
}

export interface MemcachedDriverOptions {
  /** `new MemcacheClient({ server: 'host:11211' })` of the package memcache-client. It stays yours to close. */
  readonly memcached: MemcachedLike
  /** Larger values are not kept; the server's `-I`, less some bytes for itself. @default 1048000 */
  readonly maxValueBytes?: number
}

const KNOWN = ['memcached', 'maxValueBytes']
const DEFAULT_MAX_VALUE_BYTES = 1_048_000
const MAX_KEY_BYTES = 250
const MOST_KEYS_A_COMMAND = 100
// A larger number would be read as a date, and one of 1970 (protocol.txt, "Expiration times").
const LONGEST_SECONDS = 2_592_000
/** What a key may look like. It is part of a line of text, and of an object of the client: no space, and no `__proto__`. */
const PLAIN_KEY = /^[A-Za-z0-9][!-~]*$/

/**
 * L2 in one Memcached. It can't list its keys, so a namespace that is cleared stays there until it expires, invalidated. It gives no leases,
 * since it can't wake who waits: each process loads for itself. Throws `option-invalid`.
 */
export function memcachedDriver(options: MemcachedDriverOptions): L2Driver {
  if (typeof (options as Partial<MemcachedLike> | undefined)?.get === 'function') {
    throw new ThermoclineError(
      'option-invalid',
      '`memcachedDriver` was given a client for its options. Give `{ memcached: client }`.',
    )
  }
  refuseUnknownOptions('`memcachedDriver`', options, KNOWN)
  const { memcached, maxValueBytes = DEFAULT_MAX_VALUE_BYTES } = options
  const client = memcached as Partial<MemcachedLike> | undefined
  if (typeof client?.get !== 'function' || typeof client.set !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`memcached\` is ${describeValue(memcached)} without \`get\` and \`set\`. Give a \`MemcacheClient\` of memcache-client.`,
    )
  }
  if (!Number.isSafeInteger(maxValueBytes) || maxValueBytes < 1) {
    throw new ThermoclineError(
      'option-invalid',
      `\`maxValueBytes\` is ${describeValue(maxValueBytes)}. Give a whole number of bytes, 1 or more.`,
    )
  }
  return new MemcachedDriver(memcached, maxValueBytes)
}

class MemcachedDriver implements L2Driver {
  readonly name = 'memcached'
  /** The client connects at a command, and tells nobody how that stands. */
  readonly isReady = true
  readonly maxKeyBytes = MAX_KEY_BYTES
  readonly maxValueBytes: number
  readonly #client: MemcachedLike

  constructor(client: MemcachedLike, maxValueBytes: number) {
    this.#client = client
    this.maxValueBytes = maxValueBytes
  }

  async get(key: string): Promise<Buffer | undefined> {
    return (await this.getMany([key]))[0]
  }

  async getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    const stored = keys.map(storedKey)
    const pages: Promise<(Buffer | undefined)[]>[] = []
    for (let from = 0; from < stored.length; from += MOST_KEYS_A_COMMAND) {
      pages.push(this.#read(stored.slice(from, from + MOST_KEYS_A_COMMAND)))
    }
    return (await Promise.all(pages)).flat()
  }

  async set({ key, bytes, ttlMs }: L2Write): Promise<void> {
    // A second more, since the server counts whole seconds of its own clock, and the first may be nearly over.
    const seconds = Math.ceil(ttlMs / 1_000) + 1
    const lifetime = Math.min(seconds, LONGEST_SECONDS)
    await this.#client.set(storedKey(key), Buffer.from(bytes as string), { lifetime })
  }

  async setMany(writes: readonly L2Write[]): Promise<void> {
    await Promise.all(writes.map(async (write) => this.set(write)))
  }

  async delete(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map(async (key) => {
        try {
          await this.#client.delete(storedKey(key))
        } catch (error) {
          if (!(error instanceof Error) || error.message !== 'NOT_FOUND') throw error
        }
      }),
    )
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #read(keys: string[]): Promise<(Buffer | undefined)[]> {
    const found = (await this.#client.get(keys)) as Record<string, { readonly value?: unknown }>
    return keys.map((key) => {
      const value = Object.hasOwn(found, key) ? found[key]?.value : undefined
      // Anything else was not written by this driver.
      return Buffer.isBuffer(value) ? value : undefined
    })
  }
}

/** The key itself where Memcached can take it, else its digest, in a place of its own. */
function storedKey(key: string): string {
  if (key.length <= MAX_KEY_BYTES && PLAIN_KEY.test(key)) return key
  return `#${createHash('sha256').update(key).digest('base64url')}`
}
