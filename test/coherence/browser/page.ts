import { KEYS } from '../keys.ts'

/** What a page saw, in ms of the epoch: one machine, one clock. */
export type PageEvent =
  /** From here on it is told what is invalidated. */
  | readonly ['follows', atMs: number]
  | readonly ['told', key: string, version: number, atMs: number]
  /** Something was missed that can't be told. */
  | readonly ['everything', atMs: number]
  | readonly ['read', key: string, version: number, beganAtMs: number, endedAtMs: number, source: ReadSource]
  /** A read that was not answered, or not by the origin and not from the store. */
  | readonly ['failed', atMs: number]

/** From the worker's store; the same, and the worker says that the network is away; from the network. */
export type ReadSource = 'store' | 'disconnected' | 'network'

/** What the page has for the one who drives it. */
export interface PageProbe {
  isReady: boolean
  drain(): PageEvent[]
  /** Ends the reads of its own accord. */
  stop(): void
  /** Asks for nothing from here on; resolves once no read is under way. */
  rest(): Promise<void>
  /** Goes on, with what it was told of meanwhile. */
  resume(): void
  /** The version of every row, as the page is answered now; -1 where it is not answered. */
  readAll(): Promise<Record<string, number>>
}

/** A page that follows what is invalidated, reads rows one after the other, hot ones more often, and notes it all. */
export const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rows</title><link rel="icon" href="data:,">
<script type="module">
import { followInvalidations } from '/client.js'

const KEYS = ${JSON.stringify(KEYS)}
const HOT = KEYS.filter((key) => key.startsWith('hot:'))
let events = []
let isStopped = false
let isResting = false
let asking = 0
const toldAtRest = new Set()
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const pick = (from) => from[Math.floor(Math.random() * from.length)]

async function ask(key) {
  asking += 1
  try {
    return await askNow(key)
  } finally {
    asking -= 1
  }
}

async function askNow(key) {
  const beganAtMs = Date.now()
  let response
  try {
    response = await fetch('/rows/' + key)
  } catch {
    events.push(['failed', Date.now()])
    return -1
  }
  if (!response.ok) {
    if (response.status === 504) events.push(['failed', Date.now()])
    return -1
  }
  try {
    const { version } = await response.json()
    const status = response.headers.get('cache-status') ?? ''
    const isCut = /detail="?(disconnected|stale-if-error)/.test(status)
    const source = isCut ? 'disconnected' : /SW; ?hit/.test(status) ? 'store' : 'network'
    events.push(['read', key, version, beganAtMs, Date.now(), source])
    return version
  } catch {
    // The connection was cut while the body came.
    return -1
  }
}

window.probe = {
  isReady: false,
  drain: () => events.splice(0),
  stop: () => { isStopped = true },
  async rest() {
    isResting = true
    while (asking > 0) await pause(5)
  },
  resume() {
    isResting = false
    for (const key of toldAtRest) void ask(key)
    toldAtRest.clear()
  },
  async readAll() {
    return Object.fromEntries(await Promise.all(KEYS.map(async (key) => [key, await ask(key)])))
  },
}
await navigator.serviceWorker.register('/sw.js')
while (!navigator.serviceWorker.controller) await pause(10)
followInvalidations().addEventListener('invalidated', ({ everything, groups }) => {
  const atMs = Date.now()
  if (everything) events.push(['everything', atMs])
  const told = []
  for (const group of groups) {
    const [, version, name] = /^at-(\\d+)-(.+)$/.exec(group) ?? []
    if (name === undefined) continue
    const key = name.replace('.', ':')
    events.push(['told', key, Number(version), atMs])
    told.push(key)
  }
  // As a page does that shows it.
  if (isResting) for (const key of told) toldAtRest.add(key)
  else if (!isStopped) for (const key of told.slice(-3)) void ask(key)
})
events.push(['follows', Date.now()])
window.probe.isReady = true
const read = async () => {
  while (!isStopped) {
    if (!isResting) await ask(Math.random() < 0.4 ? pick(HOT) : pick(KEYS))
    await pause(10 + Math.random() * 20)
  }
}
void read()
void read()
</script></head><body></body></html>`
