import { DIRECTIVES, parseDeltaSeconds } from './cache-control.ts'
import { parseDuration } from './duration.ts'

/** Longer than any value that somebody wrote by hand. */
const LONGEST = 200
const MOST_EDITS = 2

/** What somebody meant who wrote caching directives in a way that no cache can read; `undefined` where that can't be told. */
export function suggestDirectives(text: string): string | undefined {
  if (text.length > LONGEST) return undefined
  const pieces = text
    .replaceAll(/["']/g, '')
    .replaceAll(/\s*[:=]\s*/g, '=')
    .split(/[;,\s]+/)
    .filter(Boolean)
    .map(suggestOne)
  const suggestion = pieces.join(', ')
  return pieces.includes(undefined) || suggestion === text ? undefined : suggestion || undefined
}

function suggestOne(piece: string): string | undefined {
  const at = piece.indexOf('=')
  const name = nearestName(at < 0 ? piece : piece.slice(0, at))
  const directive = DIRECTIVES.get(name ?? '')
  if (name === undefined || directive === undefined) return undefined
  const argument = at < 0 ? '' : piece.slice(at + 1)
  // What `no-store=false` means is not to be guessed.
  if (directive.kind === 'flag') return argument === '' ? name : undefined
  if (directive.kind === 'fields') return argument === '' ? name : `${name}="${argument}"`
  return `${name}=${secondsOf(argument) ?? '<seconds>'}`
}

function secondsOf(argument: string): number | undefined {
  const seconds = parseDeltaSeconds(argument)
  if (seconds !== undefined) return seconds
  if (/^-\d+$/.test(argument)) return 0
  if (/^\d+\.\d*$/.test(argument)) return Math.floor(Number(argument))
  try {
    return Math.floor(parseDuration(argument, 'max-age') / 1_000)
  } catch {
    return undefined
  }
}

/** The directive that a name is a near miss of: other or no separators, or a slip of the hand. */
function nearestName(name: string): string | undefined {
  const wanted = squeeze(name)
  const nearest = [...DIRECTIVES.keys()]
    .map((known) => ({ known, edits: editsBetween(squeeze(known), wanted) }))
    .reduce((best, one) => (one.edits < best.edits ? one : best))
  return nearest.edits <= Math.min(MOST_EDITS, wanted.length / 4) ? nearest.known : undefined
}

function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** Letters to add, take away or change (Levenshtein). */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return MOST_EDITS + 1
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
