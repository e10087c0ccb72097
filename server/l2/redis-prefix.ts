import { type RedisClusterLike, type RedisLike, callBuffer, isRedisCluster } from '../redis-like.ts'
import { patternOfPrefix } from './redis-keys.ts'

const PAGE = 1_000
const MOST_ROUNDS = 3

/** Removes some keys, given as Redis has them but without the client's own prefix. */
type DeleteKeys = (keys: readonly Buffer[]) => Promise<void>

/**
 * Removes every key that begins with `prefix`. SCAN finds each key that is there from beginning to end of it. On a Cluster all nodes that own
 * slots are scanned, and again if slots changed hands meanwhile; rejects if one of them can't be reached.
 */
export async function deleteByPrefix(
  redis: RedisLike | RedisClusterLike,
  prefix: string,
  deleteKeys: DeleteKeys,
): Promise<void> {
  // SCAN takes a pattern and no key, so the client's prefix must be put before it here, and off what it finds.
  const keyPrefix = String(redis.options?.keyPrefix ?? '')
  const pattern = patternOfPrefix(keyPrefix + prefix)
  const skip = Buffer.byteLength(keyPrefix)
  if (!isRedisCluster(redis)) return scanAll(redis, pattern, skip, deleteKeys)
  let owners = await ownersOfSlots(redis)
  for (let round = 1; ; round += 1) {
    const masters = await connectionsTo(redis, owners)
    await Promise.all(masters.map((node) => scanAll(node, pattern, skip, deleteKeys)))
    const ownersNow = await ownersOfSlots(redis)
    if (ownersNow.join() === owners.join() || round === MOST_ROUNDS) return
    owners = ownersNow
  }
}

async function scanAll(
  node: RedisLike,
  pattern: string,
  skip: number,
  deleteKeys: DeleteKeys,
): Promise<void> {
  let cursor = '0'
  do {
    const reply = await callBuffer(node, 'scan', cursor, 'MATCH', pattern, 'COUNT', PAGE)
    const [next, found] = reply as [Buffer, Buffer[]]
    if (found.length > 0) await deleteKeys(found.map((key) => key.subarray(skip)))
    cursor = next.toString()
  } while (cursor !== '0')
}

/** For each range of slots, who owns it: `FIRST NODE-ID`. */
async function ownersOfSlots(redis: RedisClusterLike): Promise<string[]> {
  const ranges = (await redis.call('cluster', 'SLOTS')) as [
    first: number,
    last: number,
    master: [host: string, port: number, id: string],
  ][]
  return ranges.map(([first, , [, , id]]) => `${first} ${id}`).sort()
}

/**
 * The connections to the owners. By id, since the client's own list of masters lags behind a failover, and would leave out the node
 * that has just become one.
 */
async function connectionsTo(redis: RedisClusterLike, owners: readonly string[]): Promise<RedisLike[]> {
  const wanted = new Set(owners.map((owner) => owner.split(' ')[1]))
  const found = new Map<string, RedisLike>()
  await Promise.all(
    redis.nodes('all').map(async (node) => {
      // A node that does not answer matters only if it owns slots, and is then missed below.
      const id = await node.call('cluster', 'MYID').catch(() => undefined)
      if (typeof id === 'string' && wanted.has(id)) found.set(id, node)
    }),
  )
  if (found.size < wanted.size) {
    throw new Error(
      `${wanted.size - found.size} of ${wanted.size} masters of the Redis Cluster can't be reached, and their keys not be removed.`,
    )
  }
  return [...found.values()]
}
