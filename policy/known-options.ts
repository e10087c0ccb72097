import { editsBetween } from './edits-between.ts'
import { ThermoclineError, describeValue } from './errors.ts'

const MOST_EDITS = 2
const LONGEST = 40
const SHORTEST_BEGINNING = 4

/** Refuses what is no object, or holds an option that `what` does not know: a misspelt one would silently do nothing. Throws `option-invalid`. */
export function refuseUnknownOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ThermoclineError(
      'option-invalid',
      `${what} was given ${describeValue(options)}. Give an object with ${list(known)}.`,
    )
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = nearestOption(unknown, known)
  const hint = meant === undefined ? '' : `Did you mean \`${meant}\`? `
  throw new ThermoclineError(
    'option-invalid',
    `${what} has no option \`${unknown}\`. ${hint}It takes ${list(known)}.`,
  )
}

/** The option that a name is a slip of the hand from, or else the only one that begins as it does. */
function nearestOption(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined
  const wanted = name.toLowerCase()
  const most = Math.min(MOST_EDITS, Math.floor(wanted.length / 3))
  let nearest: string | undefined
  let fewest = most + 1
  for (const option of known) {
    const edits = editsBetween(option.toLowerCase(), wanted, most)
    if (edits < fewest) {
      nearest = option
      fewest = edits
    }
  }
  if (nearest !== undefined) return nearest
  const akin = known.filter((option) => beginsAlike(option.toLowerCase(), wanted))
  return akin.length === 1 ? akin[0] : undefined
}

/** Whether one is the other with more or another ending: at least half of the shorter is the same. */
function beginsAlike(a: string, b: string): boolean {
  const half = Math.ceil(Math.min(a.length, b.length) / 2)
  const length = Math.max(SHORTEST_BEGINNING, half)
  return a.length >= length && a.slice(0, length) === b.slice(0, length)
}

/** Made only for a message: options are checked on the way of a request too. */
function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
