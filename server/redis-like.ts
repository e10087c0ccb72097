/** An argument of a Redis command. */
export type RedisArgument = string | number | Buffer

/**
 * The part of an ioredis client that is used here, by shape, so that the package has no run-time need of ioredis.
 * An ioredis 6 `Redis` fits.
 */
export interface RedisLike {
  readonly status: string
  /** The socket, while there is one. */
  readonly stream?: { destroy(): unknown }
  call(command: string, ...args: RedisArgument[]): Promise<unknown>
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>
  duplicate(override?: Record<string, unknown>): RedisLike
  on(event: 'error' | 'ready', listener: (error?: Error) => void): unknown
  off(event: 'error' | 'ready', listener: (error?: Error) => void): unknown
  connect(): Promise<void>
  disconnect(reconnect?: boolean): void
}
