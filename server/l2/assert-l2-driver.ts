import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { L2Driver } from './l2-driver.ts'

const METHODS = ['get', 'getMany', 'set', 'setMany', 'delete', 'close'] as const satisfies (keyof L2Driver)[]
const FACTS = { name: 'string', maxKeyBytes: 'number', maxValueBytes: 'number' } as const

/** Checks that a store can do what an L2 must, or the cache would go without it and say nothing. Throws `option-invalid`. */
export function assertL2Driver(l2: unknown): asserts l2 is L2Driver {
  if (typeof l2 !== 'object' || l2 === null) {
    throw new ThermoclineError(
      'option-invalid',
      `\`l2\` is ${describeValue(l2)}. Give a driver: redisDriver(...), memcachedDriver(...) or one of your own.`,
    )
  }
  const given = l2 as Record<string, unknown>
  const missing: string[] = METHODS.filter((method) => typeof given[method] !== 'function')
  for (const [fact, type] of Object.entries(FACTS)) if (typeof given[fact] !== type) missing.push(fact)
  // Not read: of a lazy client, that would begin to connect.
  if (!('isReady' in given)) missing.push('isReady')
  if (missing.length === 0) return
  const remedy =
    typeof given['callBuffer'] === 'function'
      ? 'An ioredis client goes in `redis`, or in redisDriver({ redis }).'
      : 'Give a driver: redisDriver(...), memcachedDriver(...), or one of your own with all that `L2Driver` asks for.'
  throw new ThermoclineError(
    'option-invalid',
    `\`l2\` is an object without ${missing.map((name) => `\`${name}\``).join(', ')}. ${remedy}`,
  )
}
