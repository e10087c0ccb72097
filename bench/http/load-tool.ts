import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { own } from './children.ts'
import { type LoadResult, parseAutocannon, parseWrk } from './load-result.ts'
import { findProgram } from './programs.ts'

export const CONNECTIONS = 50

/** What makes the requests, in a process of its own with one thread. */
export interface LoadTool {
  readonly name: string
  readonly run: (url: string, seconds: number) => Promise<LoadResult>
}

/** `wrk` where it is installed, else `autocannon`, which is slower than some of what it measures. */
export function findLoadTool(wanted?: string): LoadTool {
  const wrk = wanted === 'autocannon' ? undefined : findProgram('wrk')
  if (wrk !== undefined) {
    return {
      name: 'wrk',
      run: async (url, seconds) =>
        parseWrk(
          await output(wrk, ['-t', '1', '-c', `${CONNECTIONS}`, '-d', `${seconds}s`, '--latency', url]),
        ),
    }
  }
  const require = createRequire(import.meta.url)
  const program = require.resolve('autocannon')
  const args = (seconds: number) => [program, '-c', `${CONNECTIONS}`, '-d', `${seconds}`, '--json']
  return {
    name: wanted === 'autocannon' ? 'autocannon' : 'autocannon (wrk is not installed)',
    run: async (url, seconds) => parseAutocannon(await output(process.execPath, [...args(seconds), url])),
  }
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = own(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }))
  let text = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${complaint}`)
  return text
}
