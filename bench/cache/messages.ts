import type { Traffic, TrafficReport } from '../outage/traffic.ts'
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
  | { readonly do: 'vitals' }
  | Ask
  | { readonly do: 'loadTimes' }
  | ({ readonly do: 'traffic' } & Traffic)
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'invalidate'; readonly group: string }

/** `callers` ask for a key at once; who loads it gets `value`, after `delayMs`, or an error if `fails`. */
export interface Ask {
  readonly do: 'ask'
  readonly key: string
  readonly value: unknown
  readonly delayMs?: number
  readonly fails?: boolean
  readonly groups?: readonly string[]
  readonly callers?: number
  /** When to stop waiting. */
  readonly capMs?: number
}

export interface Asked {
  /** The first caller's value; `undefined` where nobody got one in time. */
  readonly value: unknown
  readonly tookMs: number
  /** By the clock that all processes share. */
  readonly beganAtMs: number
  readonly endedAtMs: number
  /** How often the loader ran for these callers. */
  readonly loads: number
  /** Callers that got a value, and callers that were told of an error; the others still waited at the end. */
  readonly answered: number
  readonly failed: number
  /** `failed`: somebody was told of an error. */
  readonly ended: 'answered' | 'failed' | 'capped'
}

export interface Vitals {
  /** Bytes of memory that the process takes, after a collection. */
  readonly rssBytes: number
  /** The part of it that JavaScript has in use, buffers included. */
  readonly heapBytes: number
  /** Rejections that nobody had listened to, since the start. */
  readonly unhandled: number
}

/** `undefined` where the subject has no such thing. */
export interface Answers {
  readonly open: boolean
  readonly speed: SpeedFigures
  readonly fill: undefined
  readonly vitals: Vitals
  readonly ask: Asked
  /** When each load since the start began, by the clock that all processes share. */
  readonly loadTimes: readonly number[]
  readonly traffic: TrafficReport
  /** Milliseconds it took. */
  readonly delete: number
  readonly invalidate: number | undefined
}

export type Envelope = { readonly id: number; readonly request: Request }
export type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string }
