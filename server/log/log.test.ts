import { Redis } from 'ioredis'
import { type LogSite, describeLog } from '../../test/cluster/log-contract.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { MemoryLog } from './memory-log.ts'
import { RedisLog } from './redis-log.ts'

describeLog('a log in this process', {
  isShared: false,
  start: async () => ({ open: () => new MemoryLog(), close: async () => {} }),
})

describeLog('a log in Redis', {
  isShared: true,
  start: async (): Promise<LogSite> => {
    const server = await RedisServer.start()
    const clients: Redis[] = []
    return {
      open: () => {
        const redis = new Redis(server.url)
        clients.push(redis)
        return new RedisLog({
          redis,
          key: 'shop:log',
          maxLength: 1_000,
          timeoutMs: 500,
          blockMs: 100,
          now: () => performance.now(),
        })
      },
      close: async () => {
        for (const redis of clients) redis.disconnect()
        await server.kill()
      },
    }
  },
})
