import { readToldNames } from '../policy/index.ts'

/** What the server tells: what is to be let go of, and up to where in its log that is all. */
export interface StreamMessage {
  /** `open`: what follows is told from the cursor on. `beat`: there was nothing else. `reset`: what was missed can't be told. */
  readonly type: 'open' | 'beat' | 'invalidated' | 'reset'
  readonly cursor: string
  readonly groups: readonly string[]
  readonly urls: readonly string[]
  /** With `open`: how often it is heard of, in ms. */
  readonly beatMs?: number | undefined
}

/** A message of the stream; `undefined` for what is none. */
export function readEvent(type: StreamMessage['type'], event: Event): StreamMessage | undefined {
  const { data, lastEventId } = event as MessageEvent<unknown>
  const told = parse(data)
  if (told === undefined || lastEventId === '') return undefined
  const { beatMs } = told
  return { ...read(told, type), cursor: lastEventId, ...(typeof beatMs === 'number' ? { beatMs } : {}) }
}

/** What was told to one who asked; `undefined` for what can't be read. */
export function readAnswer(answer: unknown): StreamMessage | undefined {
  const told = answer as Record<string, unknown> | null
  if (typeof told?.['cursor'] !== 'string') return undefined
  const type = told['reset'] === true ? 'reset' : 'invalidated'
  return { ...read(told, type), cursor: told['cursor'] }
}

/** Names that can't be read may be any, so there is no telling what was missed. */
function read(told: Record<string, unknown>, type: StreamMessage['type']): Omit<StreamMessage, 'cursor'> {
  const { groups, isWhole, urls } = readToldNames(told)
  return { type: isWhole ? type : 'reset', groups, urls }
}

function parse(text: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(String(text))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
