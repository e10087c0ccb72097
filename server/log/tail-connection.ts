import { type RedisArgument, type RedisClusterLike, type RedisLike, isRedisCluster } from '../redis-like.ts'

const OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  maxRetriesPerRequest: 0,
  // A read that waits for news takes longer than any command of a request may.
  commandTimeout: undefined,
  socketTimeout: undefined,
  autoResendUnfulfilledCommands: false,
  // The log reconnects by itself, since it must look for gaps each time.
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  // What a replica knows may be old.
  readOnly: false,
}

/**
 * A connection of the log's own, since a read that waits for news holds up whatever is sent after it. It leads to one server: in
 * a Cluster to the node that serves the stream's slot, and no further, so that nothing is retried behind the log's back.
 */
export class TailConnection {
  readonly #redis: RedisLike | RedisClusterLike
  readonly #key: string
  #client: RedisLike | undefined
  #stopWaiting: () => void = () => {}
  /** Grows with each `open` and `hangUp`: an earlier `open` that is still under way must not come in between. */
  #turn = 0

  constructor(redis: RedisLike | RedisClusterLike, key: string) {
    this.#redis = redis
    this.#key = key
  }

  /** Connects anew. Sentinel and Cluster are asked each time where to. */
  async open(): Promise<void> {
    this.hangUp()
    const turn = this.#turn
    const model = isRedisCluster(this.#redis) ? await this.#servingNode(this.#redis) : this.#redis
    if (turn !== this.#turn) throw new Error('Connecting was given up.')
    const client = model.duplicate(OPTIONS)
    // Without a listener an error event would end the process; each failed call reports it too.
    client.on('error', () => {})
    this.#client = client
    await client.connect()
  }

  call(command: string, ...args: RedisArgument[]): Promise<unknown> {
    return this.#client?.call(command, ...args) ?? Promise.reject(new Error('The log is not connected.'))
  }

  /** A frozen server never answers a polite goodbye, and the socket would wait for it. */
  hangUp(): void {
    this.#turn += 1
    this.#stopWaiting()
    this.#client?.disconnect()
    this.#client?.stream?.destroy()
    this.#client = undefined
  }

  /** The node that answers for the key itself. All masters are asked at once: addresses in a Cluster may not be the client's. */
  async #servingNode(cluster: RedisClusterLike): Promise<RedisLike> {
    if (cluster.status !== 'ready') await this.#untilReady(cluster)
    // Follows redirections, and so makes the client learn of a node that took over.
    await cluster.call('EXISTS', this.#key)
    const asked = cluster.nodes('master').map((node) => node.call('EXISTS', this.#key).then(() => node))
    return Promise.any(asked)
  }

  /** The client connects by itself, whenever it can. */
  #untilReady(cluster: RedisClusterLike): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cluster.off('ready', settle)
        this.#stopWaiting = () => {}
        if (cluster.status === 'ready') resolve()
        else reject(new Error(`Redis is not connected (${cluster.status}).`))
      }
      this.#stopWaiting = settle
      cluster.on('ready', settle)
    })
  }
}
