import { parseArgs } from 'node:util'
import type { EngineName } from './engine.ts'

const ENGINE_NAMES: readonly EngineName[] = ['chromium', 'firefox', 'webkit']

export interface EnginesArguments {
  readonly engines: readonly EngineName[]
  /** Only the cases whose name or subject has this in it. */
  readonly only: string
  /** The worker's script; the built one if it is not given. */
  readonly worker: string | undefined
}

export const USAGE = `npm run test:engines -- [${ENGINE_NAMES.join('] [')}] [options]

  --only TEXT     the cases whose name or subject has TEXT in it
  --worker FILE   another build of the worker than dist/sw.js`

/** @throws Error that says which argument is wrong and what it may be */
export function parseEnginesArguments(args: readonly string[]): EnginesArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: 'string', default: '' }, worker: { type: 'string' } },
  })
  for (const name of positionals) {
    if (!(ENGINE_NAMES as readonly string[]).includes(name)) {
      throw new Error(`There is no engine ${JSON.stringify(name)}. Take ${ENGINE_NAMES.join(', ')}.`)
    }
  }
  const engines = positionals.length > 0 ? (positionals as EngineName[]) : ENGINE_NAMES
  return { engines, only: values.only.toLowerCase(), worker: values.worker }
}
