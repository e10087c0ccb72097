import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below what systems give to outgoing connections and to whoever listens on port 0 (Linux from 32768, others from 49152), so
 * that nobody takes it by chance before it is used, or while what listens there is down.
 */
const LOWEST = 20_000
const PORTS = 12_000
/** Processes of one test run look in parts of their own. */
const PARTS = 8
const PORTS_OF_A_PART = PORTS / PARTS

/** What was given out: a cluster asks for a dozen before it listens on the first. */
const given = new Set<number>()

/** A loopback port that nothing listened on a moment ago, and that nobody else in this process was given. */
export async function freePort(): Promise<number> {
  const part = Number(process.env['VITEST_POOL_ID'] ?? 0) % PARTS
  for (;;) {
    if (given.size === PORTS_OF_A_PART) given.clear()
    const port = LOWEST + Math.floor((part + Math.random()) * PORTS_OF_A_PART)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
}
