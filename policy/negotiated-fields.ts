import { normaliseList, splitOutsideQuotes } from './list-members.ts'

/** Whether members of equal quality count as the same in any order, or as they were written. */
export type EqualQualityOrder = 'kept' | 'ignored'

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const QUOTED_STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`
const CODING_OR_LANGUAGE = new RegExp(`^${TOKEN}$`)
const MEDIA_RANGE = new RegExp(`^${TOKEN}/${TOKEN}$`)
const PARAMETER = new RegExp(`^(${TOKEN})=(${TOKEN}|${QUOTED_STRING})$`, 's')
/** RFC 9110 §12.4.2. */
const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** RFC 9110 §12.5: fields whose members are ranges with a weight, and what a range looks like. */
const NEGOTIATED: ReadonlyMap<string, RegExp> = new Map([
  ['accept', MEDIA_RANGE],
  ['accept-charset', CODING_OR_LANGUAGE],
  ['accept-encoding', CODING_OR_LANGUAGE],
  ['accept-language', CODING_OR_LANGUAGE],
])

/**
 * A text that is the same for two values of a request field that mean the same, for the comparison of RFC 9111 §4.1.
 * Made from its own result it is that result again. Never throws.
 *
 * Of any field: white space around list members and empty members are dropped, runs of white space become one space;
 * nothing inside a quoted string changes, and nothing changes places. Of `Accept`, `Accept-Charset`, `Accept-Encoding` and
 * `Accept-Language` (RFC 9110 §12.5): also case, the way in which a weight is written, repeats, and order.
 *
 * By RFC 9110 §12.5.4 nothing can be relied upon in the order of members with equal weight, but servers do look at it
 * (Express' `req.accepts` and `req.acceptsLanguages` among them): to share `de, en` with `en, de` would give people the wrong language. So it
 * is kept, except for codings, which change nothing that anyone reads.
 *
 * @param order - of members with equal weight; `'ignored'` is RFC 9110 by the letter. Default: `'kept'`.
 */
export function normaliseField(name: string, value: string, order: EqualQualityOrder = 'kept'): string {
  const field = name.toLowerCase()
  const range = NEGOTIATED.get(field)
  const members = range && splitOutsideQuotes(value, ',').filter(Boolean)
  const weighted = members && readMembers(members, range)
  if (weighted === undefined) return normaliseList(value)
  const ignoresOrder = order === 'ignored' || field === 'accept-encoding'
  const sorted = weighted.sort((a, b) => b.weight - a.weight || (ignoresOrder ? compare(a.text, b.text) : 0))
  return [...new Set(sorted.map(({ text }) => text))].join(', ')
}

interface Weighted {
  readonly text: string
  readonly weight: number
}

/** `undefined` where one of them can't be read: what servers make of the others is then anyone's guess. */
function readMembers(members: readonly string[], range: RegExp): Weighted[] | undefined {
  const read = members.map((member) => readMember(member, range))
  return read.every((member) => member !== undefined) ? read : undefined
}

function readMember(member: string, range: RegExp): Weighted | undefined {
  const [name = '', ...parameters] = splitOutsideQuotes(member, ';')
  if (!range.test(name)) return undefined
  let weight: number | undefined
  let text = name.toLowerCase()
  for (const [index, parameter] of parameters.entries()) {
    const [, key = '', argument = ''] = PARAMETER.exec(parameter) ?? []
    const lowerKey = key.toLowerCase()
    if (lowerKey !== 'q') {
      if (lowerKey === '') return undefined
      // The values of other parameters may be case-sensitive (RFC 9110 §5.6.6).
      text += `;${lowerKey}=${argument}`
      continue
    }
    if (weight !== undefined || !QVALUE.test(argument)) return undefined
    weight = Number(argument)
    // What follows a weight was no parameter of the media type in RFC 7231 §5.3.2, and must not become one.
    if (weight < 1 || index < parameters.length - 1) text += `;q=${weight}`
  }
  return { text, weight: weight ?? 1 }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
