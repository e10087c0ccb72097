import type { Explanation, Verdict } from './explain.ts'
import type { CacheType } from './freshness.ts'
import { printableText } from './printable-text.ts'
import { formatSpan, secondsLeft } from './time-span.ts'
import type { Timeline } from './timeline.ts'

const INDENT = '    '
const TEXT_END = 69
/** Where rules stand; the longest are 28 wide. */
const RULE_COLUMN = 71
const DASHES = '───'
const WHO: Readonly<Record<CacheType, string>> = { private: 'A browser', shared: 'A shared cache' }

/**
 * An explanation for people, as plain text of at most 100 columns: what it comes to, the steps with their rules, and how
 * long the response is good for. What came from the network is escaped, so that it can't rewrite a terminal.
 *
 * @param who - whose cache it is, to begin with. Default: `A browser` or `A shared cache`, by the explanation's `cacheType`.
 */
export function renderExplanation(explanation: Explanation, who = WHO[explanation.cacheType]): string {
  const { steps, verdict, nowMs, cacheType } = explanation
  const lines = [`${who} ${verdictText(verdict)}`, '']
  for (const [index, { rule, section, text }] of steps.entries()) {
    const number = `${index + 1}. `.padStart(INDENT.length)
    lines.push(...beside(wrap(printableText(text), number), [rule, section]))
  }
  const bar = verdict.kind === 'stored' ? timelineBar(verdict.timeline, cacheType, nowMs) : []
  if (bar.length > 0) lines.push('', ...bar)
  return `${lines.join('\n')}\n`
}

/** What it comes to, in one line. */
function verdictText(verdict: Verdict): string {
  if (verdict.kind === 'invalidates') return 'lets go of what it has stored.'
  if (verdict.kind === 'not-stored') return 'does not store it.'
  const { reuse } = verdict
  const hasValidator = Object.keys(verdict.validators).length > 0
  switch (reuse.kind) {
    case 'fresh':
      return reuse.ttl > 0
        ? `stores it, and answers from it for ${formatSpan(reuse.ttl)} without asking.`
        : 'stores it, and answers from it although it is stale.'
    case 'stale-while-revalidate':
      return 'stores it, and answers from it while a new one is fetched.'
    case 'revalidate': {
      const asks = hasValidator ? 'asks whether it has changed' : 'asks for all of it again'
      if (reuse.rule.startsWith('reuse-request')) return `stores it, and ${asks}, as the request wants.`
      return `stores it, and ${asks} before it answers from it.`
    }
    default:
      return 'stores it, and answers this request with 504.'
  }
}

/** Puts short lines at the right of others. */
function beside(left: readonly string[], right: readonly string[]): string[] {
  const rows = Math.max(left.length, right.length)
  return Array.from({ length: rows }, (_, at) => {
    const note = right[at] ?? ''
    return note === '' ? (left[at] ?? '') : (left[at] ?? '').padEnd(RULE_COLUMN) + note
  })
}

/** Lines that end before the rules begin: a number keeps its unit, and what has no space in it is cut. */
function wrap(text: string, first: string): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(/ (?!(?:s|min|h|d|y)\b)/)) {
    let rest = word
    while (rest !== '') {
      const room = TEXT_END - line.length - (isEmpty ? 0 : 1)
      if (rest.length <= room) {
        line += (isEmpty ? '' : ' ') + rest
        isEmpty = false
        rest = ''
      } else if (isEmpty) {
        lines.push(line + rest.slice(0, room))
        rest = rest.slice(room)
        line = INDENT
      } else {
        lines.push(line)
        line = INDENT
        isEmpty = true
      }
    }
  }
  return [...lines, line]
}

/** From now on: each stretch of time by what the response is good for in it, with its end beneath it. Not to scale. */
function timelineBar(timeline: Timeline, cacheType: CacheType, nowMs: number): string[] {
  const ends: readonly (readonly [string, number | undefined])[] = [
    ['fresh', timeline.freshUntilMs],
    ['stale, being renewed', timeline.staleWhileRevalidateUntilMs],
    [cacheType === 'shared' ? 'for errors only' : 'for errors, in the worker', timeline.staleIfErrorUntilMs],
  ]
  const stretches = ends.flatMap(([label, endMs]) =>
    endMs !== undefined && endMs > nowMs ? [{ label, end: `+${formatSpan(secondsLeft(endMs, nowMs))}` }] : [],
  )
  if (stretches.length === 0) return []
  let bar = `${INDENT}├`
  let marks = `${INDENT}now`
  for (const { label, end } of stretches) {
    bar += `${DASHES} ${label} ${DASHES}┼`
    marks = marks.padEnd(bar.length - 1) + end
  }
  return [`${bar}${DASHES} asks first`, marks]
}
