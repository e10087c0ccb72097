import { DIRECTIVES, parseDeltaSeconds } from './cache-control.ts'
import { parseDuration } from './duration.ts'
import { editsBetween } from './edits-between.ts'

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
    .map((known) => ({ known, edits: editsBetween(squeeze(known), wanted, MOST_EDITS) }))
    .reduce((best, one) => (one.edits < best.edits ? one : best))
  return nearest.edits <= Math.min(MOST_EDITS, wanted.length / 4) ? nearest.known : undefined
}

function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}
