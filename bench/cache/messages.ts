import type { SpeedFigures } from './speed.ts'
import type { Opening } from './subject.ts'

/** What the bench asks of a subject's process. Several may be under way at once; `id` says which answer is whose. */
export type Request =
  | { readonly do: 'open'; readonly opening: Opening }
  | { readonly do: 'speed'; readonly budgetMs: number; readonly port: number; readonly namespace: string }
  | {
      readonly do: 'fill'
      readonly prefix: string
      readonly count: number
      readonly groups?: readonly string[]
    }
  | { readonly do: 'heap' }
  | Ask
  | { readonly do: 'loads' }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'invalidate'; readonly group: string }

/** `callers` ask for a key at once; who loads it gets `value`, after `delayMs`. */
export interface Ask {
  readonly do: 'ask'
  readonly key: string
  readonly value: unknown
  readonly delayMs?: number
  readonly groups?: readonly string[]
  readonly callers?: number
  /** When to stop waiting. */
  readonly capMs?: number
}

export interface Asked {
  /** The first caller's value; `undefined` where nobody got one in time. */
  readonly value: unknown
  readonly tookMs: number
  /** How often the loader ran for these callers. */
  readonly loads: number
  readonly ended: 'answered' | 'failed' | 'capped'
}

/** `undefined` where the subject has no such thing. */
export interface Answers {
  readonly open: boolean
  readonly speed: SpeedFigures
  readonly fill: undefined
  /** Bytes in use after a collection. */
  readonly heap: number
  readonly ask: Asked
  readonly loads: number
  /** Milliseconds it took. */
  readonly delete: number
  readonly invalidate: number | undefined
}

export type Envelope = { readonly id: number; readonly request: Request }
export type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string }
