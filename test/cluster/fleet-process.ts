// One process that tails the log; and, when told to, appends and waits for all the others, many times.
import { Redis } from 'ioredis'
import { RedisLog } from '../../server/log/redis-log.ts'
import type { FleetAnswer } from '../../server/log/fleet-wait.ts'

export interface FleetProcessOptions {
  readonly port: number
  readonly key: string
  readonly maxLagMs: number
}

export interface FleetRequest {
  readonly times: number
  readonly timeoutMs: number
}

export type FleetReply =
  | { readonly type: 'ready'; readonly member: string }
  | { readonly type: 'done'; readonly answers: readonly FleetAnswer[]; readonly tookMs: readonly number[] }

const { port, key, maxLagMs } = JSON.parse(process.argv[2] ?? '') as FleetProcessOptions
const redis = new Redis(port, '127.0.0.1')
redis.on('error', () => {})
const log = new RedisLog({
  redis,
  key,
  maxLength: 1_000,
  timeoutMs: 500,
  blockMs: Math.ceil(maxLagMs / 4),
  maxLagMs,
  now: () => performance.now(),
})
let isReady = false
log.start({
  invalidated: () => {},
  reset: () => {},
  caughtUp: () => {
    if (!isReady) tell({ type: 'ready', member: log.member })
    isReady = true
  },
  lost: () => {},
})

process.on('message', ({ times, timeoutMs }: FleetRequest) => void append(times, timeoutMs))
process.on('disconnect', () => process.exit(0))

async function append(times: number, timeoutMs: number): Promise<void> {
  const answers: FleetAnswer[] = []
  const tookMs: number[] = []
  for (let i = 0; i < times; i += 1) {
    const beganAtMs = performance.now()
    const seq = await log.append({ keys: [`k${i}`], groups: [], prefixes: [] }, true)
    answers.push(await log.passedBy(seq, timeoutMs))
    tookMs.push(performance.now() - beganAtMs)
  }
  tell({ type: 'done', answers, tookMs })
}

function tell(reply: FleetReply): void {
  process.send?.(reply)
}
