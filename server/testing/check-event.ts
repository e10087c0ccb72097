import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { HistoryEvent } from './history-event.ts'

type Shape = Readonly<Record<string, 'text' | 'texts' | 'number' | 'flag'>>

const INTERVAL: Shape = { process: 'text', beganAtMs: 'number', endedAtMs: 'number' }
const SHAPES: Readonly<Record<HistoryEvent['type'], Shape>> = {
  write: { ...INTERVAL, key: 'text', version: 'number' },
  invalidation: { ...INTERVAL, keys: 'texts', acknowledged: 'flag' },
  delivery: { process: 'text', atMs: 'number' },
  read: { ...INTERVAL, key: 'text', version: 'number' },
}
const EXPECTED = {
  text: 'a text that is not empty',
  texts: 'an array of texts, at least one',
  number: 'a finite number',
  flag: 'true or false',
} as const

/** Events come from other processes and from files, so types alone are no promise. Throws `option-invalid`. */
export function checkEvent(event: HistoryEvent): void {
  const shape = Object.hasOwn(SHAPES, event?.type) ? SHAPES[event.type] : undefined
  if (shape === undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `A history was given an event of type ${describeValue(event?.type)}. There are ${Object.keys(SHAPES).join(', ')}.`,
    )
  }
  const members = event as unknown as Readonly<Record<string, unknown>>
  for (const [name, kind] of Object.entries(shape)) {
    if (FITS[kind](members[name])) continue
    throw new ThermoclineError(
      'option-invalid',
      `A history was given an event (${event.type}) whose \`${name}\` is ${describeValue(members[name])}. Give ${EXPECTED[kind]}.`,
    )
  }
  if (event.type === 'delivery' || event.beganAtMs <= event.endedAtMs) return
  throw new ThermoclineError(
    'option-invalid',
    `A history was given an event (${event.type}) that ended at ${event.endedAtMs}, before it began at ${event.beganAtMs}. ` +
      'Take both times from `sharedClock()`.',
  )
}

const FITS: Readonly<Record<Shape[string], (value: unknown) => boolean>> = {
  text: isText,
  texts: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  number: Number.isFinite,
  flag: (value) => typeof value === 'boolean',
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
