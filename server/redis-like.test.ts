import { Cluster, Redis } from 'ioredis'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type RedisClusterLike, type RedisLike, isRedisCluster } from './redis-like.ts'

describe('the shapes of clients', () => {
  it('are those of ioredis, and told apart', () => {
    expectTypeOf<Redis>().toExtend<RedisLike>()
    expectTypeOf<Cluster>().toExtend<RedisClusterLike>()
    expectTypeOf<Cluster>().not.toExtend<RedisLike>()
    expectTypeOf<ReturnType<Cluster['nodes']>[number]>().toExtend<RedisLike>()
    expectTypeOf<Redis<'resp3'>>().toExtend<RedisLike>()
    expectTypeOf<Cluster<'resp3'>>().toExtend<RedisClusterLike>()
    expect(isRedisCluster(new Redis({ lazyConnect: true }))).toBe(false)
    expect(isRedisCluster(new Cluster([{ port: 1 }], { lazyConnect: true }))).toBe(true)
  })
})
