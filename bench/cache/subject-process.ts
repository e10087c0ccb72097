// The process of one subject; the bench forks it with its name, and it answers until the bench is gone.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { sharedClock } from 'thermocline/server/testing'
import { sendTraffic } from '../outage/traffic.ts'
import { sampleValue } from './keys.ts'
import type { Answers, Ask, Asked, Envelope, Reply, Request, Vitals } from './messages.ts'
import { measureSpeed } from './speed.ts'
import type { Subject } from './subject.ts'
import { SUBJECTS, type SubjectName } from './subjects.ts'

const AT_ONCE = 500
const { adapter } = await SUBJECTS[process.argv[2] as SubjectName]()
let open: Subject | undefined
const loadTimes: number[] = []
let unhandled = 0

process.on('disconnect', () => process.exit())
process.on('message', (envelope: Envelope) => void answer(envelope))
// A rejection that a library lets go of must not end a measurement of something else.
process.on('unhandledRejection', () => (unhandled += 1))
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
    case 'vitals':
      return vitals()
    case 'ask':
      return ask(request)
    case 'loadTimes':
      return loadTimes
    case 'traffic':
      return sendTraffic(subject(), request)
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
    // Without it a cache that needs no I/O would never let its process do any, such as finding out that Redis is there.
    await nextTurn()
  }
}

async function ask(request: Ask): Promise<Asked> {
  const { key, value, delayMs = 0, fails = false, groups, callers = 1, capMs = 60_000 } = request
  const loadsBefore = loadTimes.length
  const load = async (): Promise<unknown> => {
    loadTimes.push(sharedClock())
    if (delayMs > 0) await sleep(delayMs)
    if (fails) throw new Error('The origin is down.')
    return value
  }
  const values: unknown[] = []
  let failed = 0
  const beganAtMs = sharedClock()
  const calls = Array.from({ length: callers }, () =>
    subject()
      .getOrSet(key, load, groups)
      .then(
        (found) => values.push(found),
        () => (failed += 1),
      ),
  )
  const waiting = new AbortController()
  const capped = sleep(capMs, undefined, { ref: false, signal: waiting.signal }).catch(() => {})
  await Promise.race([Promise.all(calls), capped])
  waiting.abort()
  const endedAtMs = sharedClock()
  const answered = values.length
  const notCapped = failed > 0 ? 'failed' : 'answered'
  return {
    value: values[0],
    tookMs: endedAtMs - beganAtMs,
    beganAtMs,
    endedAtMs,
    loads: loadTimes.length - loadsBefore,
    answered,
    failed,
    ended: answered + failed < callers ? 'capped' : notCapped,
  }
}

async function timed(work: () => Promise<unknown> | undefined): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Needs `--expose-gc`. */
async function vitals(): Promise<Vitals> {
  // Several rounds: finalizers free buffers only after the collection that found them.
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.()
    await sleep(50)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { rssBytes: rss, heapBytes: heapUsed + external, unhandled }
}

function send(reply: Reply): void {
  process.send?.(reply)
}
