import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../deadline.ts'
import { type RedisClusterLike, type RedisLike, isRedisCluster } from '../redis-like.ts'

const ANSWER_MS = 1_000
const CONNECT_MS = 5_000
const HEARTBEAT_MS = 1_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000

/**
 * One connection of its own that hears one channel. It is made anew whenever it ends or stops answering; on a Cluster it goes to any
 * master, since each node hears what is published at any other. Messages sent while it is away are gone, as Redis has it.
 */
export class RedisSubscriber {
  isListening = false
  readonly #redis: RedisLike | RedisClusterLike
  readonly #channel: string
  readonly #onMessage: (message: string) => void
  #isClosed = false
  #connection: RedisLike | undefined
  /** Ends the pause that is going on. */
  #wake = new AbortController()
  #running: Promise<void> | undefined

  constructor(redis: RedisLike | RedisClusterLike, channel: string, onMessage: (message: string) => void) {
    this.#redis = redis
    this.#channel = channel
    this.#onMessage = onMessage
  }

  /** Opens the connection in the background; again is no harm. */
  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#hangUp()
    this.#wake.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#isClosed) {
      const hasListened = await this.#listen().catch(() => false)
      pauseMs = hasListened ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      if (!this.#isClosed) await this.#pause(pauseMs)
    }
  }

  /** Resolves when a connection that had listened is gone, with whether there was one. */
  async #listen(): Promise<boolean> {
    const connection = this.#duplicate()
    if (connection === undefined) return false
    this.#connection = connection
    try {
      await withDeadline(connection.connect(), CONNECT_MS, 'Connecting to Redis')
      await withDeadline(connection.call('subscribe', this.#channel), ANSWER_MS, 'Redis SUBSCRIBE')
      this.isListening = true
      while (!this.#isClosed && connection.status === 'ready') {
        await this.#pause(HEARTBEAT_MS)
        // A half-open connection says nothing for ever, and so does a quiet channel: only an answer tells them apart.
        if (connection.status === 'ready')
          await withDeadline(connection.call('ping'), ANSWER_MS, 'Redis PING')
      }
      return true
    } catch {
      return this.isListening
    } finally {
      this.isListening = false
      this.#hangUp()
    }
  }

  /** A frozen server never answers a polite goodbye, and the socket would wait for it. */
  #hangUp(): void {
    const { stream } = this.#connection ?? {}
    this.#connection?.disconnect()
    stream?.destroy()
  }

  #duplicate(): RedisLike | undefined {
    const source = isRedisCluster(this.#redis) ? anyOf(this.#redis.nodes('master')) : this.#redis
    const connection = source?.duplicate({
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      commandTimeout: undefined,
      // A quiet channel is no dead one.
      socketTimeout: undefined,
      // This class reconnects by itself: on a Cluster to another node, if need be.
      retryStrategy: () => null,
    })
    // Without a listener an error event would be printed; each failed call reports it too.
    connection?.on('error', () => {})
    connection?.on('end', () => this.#wake.abort())
    connection?.on('message', (_channel, message) => this.#onMessage(message))
    return connection
  }

  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController()
    await sleep(ms, undefined, { ref: false, signal: this.#wake.signal }).catch(() => {})
  }
}

function anyOf<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)]
}
