/** An argument of a Redis command. */
export type RedisArgument = string | number | Buffer

interface RedisClientOptions {
  readonly keyPrefix?: string | Buffer | undefined
  readonly db?: number | undefined
  readonly enableAutoPipelining?: boolean | undefined
}

/** What both a single connection and a Cluster of ioredis can do. */
interface RedisCommands {
  readonly status: string
  readonly options?: RedisClientOptions
  call(command: string, ...args: RedisArgument[]): Promise<unknown>
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>
  on(event: 'error' | 'ready', listener: (error?: Error) => void): unknown
  off(event: 'error' | 'ready', listener: (error?: Error) => void): unknown
  connect(): Promise<void>
  disconnect(reconnect?: boolean): void
}

/**
 * The part of an ioredis client that is used here, by shape, so that the package has no run-time need of ioredis.
 * An ioredis 6 `Redis` fits, whether it talks to one server or finds its master through Sentinel.
 */
export interface RedisLike extends RedisCommands {
  /** The socket, while there is one. */
  readonly stream?: { destroy(): unknown; cork?(): void; uncork?(): void }
  duplicate(override?: Record<string, unknown>): RedisLike
  on(event: 'error' | 'ready' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
}

/** The part of an ioredis 6 `Cluster` that is used here. */
export interface RedisClusterLike extends RedisCommands {
  /** The connections it has, one a node. */
  nodes(role?: 'all' | 'master' | 'slave'): RedisLike[]
}

/** Whether a client talks to a whole Cluster. */
export function isRedisCluster(redis: RedisLike | RedisClusterLike): redis is RedisClusterLike {
  return typeof (redis as Partial<RedisClusterLike>).nodes === 'function'
}

/**
 * Sends a command whose reply may hold any bytes. With `enableAutoPipelining` ioredis 6.0 loses the name of a command that is given to
 * `callBuffer`, and sends the first argument in its place; the methods that are named after the commands are sound.
 */
export function callBuffer(
  redis: RedisLike | RedisClusterLike,
  command: string,
  ...args: RedisArgument[]
): Promise<unknown> {
  if (redis.options?.enableAutoPipelining !== true) return redis.callBuffer(command, ...args)
  const methods = redis as unknown as Record<string, (...args: RedisArgument[]) => Promise<unknown>>
  const method = methods[`${command}Buffer`]
  return method === undefined ? redis.callBuffer(command, ...args) : method.apply(redis, args)
}
