// The process of one subject; the bench forks it with its name, and it answers until the bench is gone.
import { setTimeout as sleep } from 'node:timers/promises'
import { sampleValue } from './keys.ts'
import type { Answers, Ask, Asked, Envelope, Reply, Request } from './messages.ts'
import { measureSpeed } from './speed.ts'
import type { Subject } from './subject.ts'
import { SUBJECTS, type SubjectName } from './subjects.ts'

const AT_ONCE = 500
const { adapter } = await SUBJECTS[process.argv[2] as SubjectName]()
let open: Subject | undefined
let loads = 0

process.on('disconnect', () => process.exit())
process.on('message', (envelope: Envelope) => void answer(envelope))
// A rejection that a library lets go of must not end a measurement of something else.
process.on('unhandledRejection', () => {})
send({ id: 0 })

async function answer({ id, request }: Envelope): Promise<void> {
  try {
    send({ id, answer: await carryOut(request) })
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

function carryOut(request: Request): Answers[Request['do']] | Promise<Answers[Request['do']]> {
  switch (request.do) {
    case 'open':
      return openSubject(request)
    case 'speed':
      return measureSpeed(adapter, request)
    case 'fill':
      return fill(request)
    case 'heap':
      return heapInUse()
    case 'ask':
      return ask(request)
    case 'loads':
      return loads
    case 'delete':
      return timed(() => subject().delete(request.key))
    default:
      return subject().invalidateGroup && timed(() => subject().invalidateGroup?.(request.group))
  }
}

async function openSubject({ opening }: Request & { do: 'open' }): Promise<boolean> {
  open = await adapter(opening)
  return open !== undefined
}

function subject(): Subject {
  if (open === undefined) throw new Error('The subject has not been opened.')
  return open
}

async function fill({ prefix, count, groups }: Request & { do: 'fill' }): Promise<undefined> {
  const cache = subject()
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, offset) => {
      const key = `${prefix}${from + offset}`
      return cache.getOrSet(key, async () => sampleValue(key), groups)
    })
    await Promise.all(batch)
  }
}

async function ask({ key, value, delayMs = 0, groups, callers = 1, capMs = 60_000 }: Ask): Promise<Asked> {
  const before = loads
  const load = async (): Promise<unknown> => {
    loads += 1
    if (delayMs > 0) await sleep(delayMs)
    return value
  }
  const start = performance.now()
  const settled = (ended: Asked['ended']) => (found: unknown) => ({ ended, found })
  const calls = Array.from({ length: callers }, () => subject().getOrSet(key, load, groups))
  const capped = sleep(capMs, undefined, { ref: false }).then(settled('capped'))
  const all = Promise.all(calls).then(([first]) => first)
  const { ended, found } = await Promise.race([all.then(settled('answered'), settled('failed')), capped])
  const tookMs = performance.now() - start
  return { value: ended === 'answered' ? found : undefined, tookMs, loads: loads - before, ended }
}

async function timed(work: () => Promise<unknown> | undefined): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Needs `--expose-gc`. Several rounds: finalizers free buffers only after the collection that found them. */
async function heapInUse(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.()
    await sleep(50)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function send(reply: Reply): void {
  process.send?.(reply)
}
