// The process of one subject; the bench forks it with the name of an adapter.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ADAPTERS, type AdapterName } from './adapters.ts'
import type { Memory, Message, Question } from './messages.ts'
import { handlerCalls } from './route.ts'

const { adapter } = await ADAPTERS[process.argv[2] as AdapterName]()
const server = await adapter()
// The bench has gone: so must its servers.
process.on('disconnect', () => process.exit())
if (typeof server === 'string') {
  send({ type: 'absent', why: server })
} else {
  process.on('message', (question: Question) => void reply(question))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  send({ type: 'listening', port: (server.address() as AddressInfo).port })
}

async function reply(question: Question): Promise<void> {
  if (question === 'calls') send({ type: 'calls', calls: handlerCalls() })
  else send({ type: 'memory', memory: await memoryInUse() })
}

/** Needs `--expose-gc`. Several rounds: finalizers free buffers only after the collection that found them. */
async function memoryInUse(): Promise<Memory> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.()
    await sleep(50)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}

function send(message: Message): void {
  process.send?.(message)
}
