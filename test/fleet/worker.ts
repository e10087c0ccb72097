// One process of a fleet: its callers ask one cache for keys, and it tells its parent of each load.
import { EventEmitter, once } from 'node:events'
import { Redis } from 'ioredis'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { FleetOptions, Order, Question, Told, Word } from './messages.ts'

const { redisPort, cache: options } = JSON.parse(process.argv[2] ?? '') as FleetOptions
const redis = new Redis(redisPort, '127.0.0.1', { retryStrategy: () => 20 })
redis.on('error', () => {})
const cache = createTieredCache({
  ...options,
  redis,
  onEvent: (event) => {
    if (event.type === 'lease') say({ type: 'lease', key: event.key, outcome: event.outcome })
  },
})
const gates = new EventEmitter()

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => void obey(order))
await cache.ready(10_000)
say({ type: 'ready' })

async function obey(order: Order): Promise<void> {
  if (order === 'close') {
    await cache.close()
    redis.disconnect()
    process.disconnect()
  } else if ('goOn' in order) gates.emit(order.goOn)
  else say({ type: 'told', id: order.id, told: await ask(order.question) })
}

async function ask({ key, callers, value, isHeld }: Question): Promise<Told> {
  const load = async (): Promise<string> => {
    say({ type: 'load', key })
    if (isHeld) await once(gates, key)
    if (value === undefined) throw new Error('The origin is down.')
    return value
  }
  const values: string[] = []
  const errors: string[] = []
  const calls = Array.from({ length: callers }, () =>
    cache.getOrSet(key, load).then(
      (found) => values.push(found),
      (error: unknown) => errors.push(String(error)),
    ),
  )
  await Promise.all(calls)
  return { values, errors }
}

function say(word: Word): void {
  process.send?.(word)
}
