import type { Opening } from '../cache/subject.ts'
import type { SubjectName } from '../cache/subjects.ts'
import { withNodes } from './nodes.ts'

/** What became of many callers in many processes who missed the same key at once. */
export interface Stampede {
  readonly originCalls: number
  readonly answered: number
  readonly failed: number
  /** From the first caller's question to the last caller's answer. */
  readonly wallMs: number
  readonly isCapped: boolean
}

export const NODES = 8
export const CALLERS = 100
export const ORIGIN_MS = 100
const CAP_MS = 15_000

/** Lets `NODES` x `CALLERS` ask for a key that an origin makes in `ORIGIN_MS`, or `fails` to make. */
export function stampede(name: SubjectName, opening: Opening, fails = false): Promise<Stampede> {
  return withNodes(name, opening, NODES, async (nodes) => {
    const ask = {
      do: 'ask',
      key: 'product:1',
      value: { id: 'product:1' },
      delayMs: ORIGIN_MS,
      callers: CALLERS,
      capMs: CAP_MS,
      fails,
    } as const
    const all = await Promise.all(nodes.map((node) => node.ask(ask)))
    const sum = (figure: 'loads' | 'answered' | 'failed'): number =>
      all.reduce((total, asked) => total + asked[figure], 0)
    return {
      originCalls: sum('loads'),
      answered: sum('answered'),
      failed: sum('failed'),
      wallMs:
        Math.max(...all.map(({ endedAtMs }) => endedAtMs)) -
        Math.min(...all.map(({ beganAtMs }) => beganAtMs)),
      isCapped: all.some(({ ended }) => ended === 'capped'),
    }
  })
}

export function describeStampede({ originCalls, answered, wallMs }: Stampede): string {
  const unanswered = NODES * CALLERS - answered
  const note = unanswered > 0 ? `, ${unanswered} callers without a value` : ''
  return `${originCalls} in ${Math.round(wallMs)} ms${note}`
}
