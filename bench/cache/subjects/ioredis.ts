import { Redis } from 'ioredis'
import { type Adapter, TTL_MS } from '../subject.ts'

const NEWLINE = 0x0a

/** The limit of L2: one `GET`, and the same bytes to decode as ours. */
export const adapter: Adapter = async ({ tiers, port, namespace }) => {
  if (tiers !== 'l2') return undefined
  const redis = new Redis(port, '127.0.0.1')
  await redis.ping()
  const nameOf = (key: string): string => `${namespace}:v:${key}`
  // A line about the entry, then the JSON of the value.
  const encode = (value: unknown, groups: readonly string[] = []): string => {
    const json = JSON.stringify(value)
    return `3j1,${Date.now() + TTL_MS},1,${json.length} ${groups.join(' ')}\n${json}`
  }
  const decode = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8', bytes.indexOf(NEWLINE) + 1))
  const get = async (key: string): Promise<unknown> => {
    const bytes = await redis.getBuffer(nameOf(key))
    return bytes === null ? undefined : decode(bytes)
  }
  const set = (key: string, value: unknown, groups?: readonly string[]): Promise<unknown> =>
    redis.set(nameOf(key), encode(value, groups), 'PX', TTL_MS)
  return {
    get,
    set,
    getOrSet: async (key, load, groups) => {
      const found = await get(key)
      if (found !== undefined) return found
      const value = await load()
      await set(key, value, groups)
      return value
    },
    takesGroups: true,
    delete: (key) => redis.unlink(nameOf(key)),
    getMany: async (keys) => {
      const found = await redis.mgetBuffer(keys.map(nameOf))
      return found.map((bytes) => (bytes === null ? undefined : decode(bytes)))
    },
    close: async () => redis.disconnect(),
  }
}
