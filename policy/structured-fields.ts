/** A token (RFC 9651 §3.3.4), told apart from a string of the same letters. */
interface Token {
  readonly token: string
}

/** A byte sequence, date or display string (RFC 9651 §3.3.5, §3.3.7, §3.3.8), as it is written: no field here has a use for one. */
interface OtherItem {
  readonly text: string
}

export type BareItem = boolean | number | string | Token | OtherItem
export type Parameters = ReadonlyMap<string, BareItem>
export type Item = readonly [value: BareItem, parameters: Parameters]
export type InnerList = readonly [items: readonly Item[], parameters: Parameters]

const KEY = /[a-z*][a-z\d_.*-]*/y
const BARE_ITEM =
  /(-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.]))|"((?:[ !#-[\]-~]|\\["\\])*)"|\?([01])|([A-Za-z*][!#$%&'*+.^`|~\w:/-]*)|:[A-Za-z\d+/=]*:|@-?\d{1,15}(?![\d.])|%"(?:[ !#$&-~]|%[\da-f]{2})*"/y

export function isInnerList(member: Item | InnerList): member is InnerList {
  return Array.isArray(member[0])
}

/**
 * A List (RFC 9651 §4.2.1), `undefined` for a value that is none: then all of the field is to be ignored. Never throws.
 *
 * Several field lines are joined by commas before. Whether a byte sequence is valid base64 is not looked into.
 */
export function parseList(value: string): (Item | InnerList)[] | undefined {
  return parseWhole(value, (scanner) => {
    const members: (Item | InnerList)[] = []
    readMembers(scanner, () => members.push(readMember(scanner)))
    return members
  })
}

/** A Dictionary (RFC 9651 §4.2.2), `undefined` for a value that is none; of a repeated key the last counts. Never throws. */
export function parseDictionary(value: string): Map<string, Item | InnerList> | undefined {
  return parseWhole(value, (scanner) => {
    const members = new Map<string, Item | InnerList>()
    readMembers(scanner, () => {
      const [key] = scanner.demand(KEY)
      members.set(key, scanner.take(/=/y) ? readMember(scanner) : [true, readParameters(scanner)])
    })
    return members
  })
}

interface Scanner {
  readonly isAtEnd: () => boolean
  readonly take: (pattern: RegExp) => boolean
  /** Throws where nothing matches. */
  readonly demand: (pattern: RegExp) => RegExpExecArray
}

function parseWhole<T>(value: string, read: (scanner: Scanner) => T): T | undefined {
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(value)
    if (found) at = pattern.lastIndex
    return found
  }
  const demand = (pattern: RegExp): RegExpExecArray => {
    const found = match(pattern)
    if (found) return found
    throw new SyntaxError()
  }
  try {
    match(/ */y)
    return read({ demand, take: (pattern) => match(pattern) !== null, isAtEnd: () => at === value.length })
  } catch {
    return undefined
  }
}

function readMembers(scanner: Scanner, read: () => void): void {
  while (!scanner.isAtEnd()) {
    read()
    if (scanner.take(/[ \t]*$/y)) return
    scanner.demand(/[ \t]*,[ \t]*(?=[^])/y)
  }
}

function readMember(scanner: Scanner): Item | InnerList {
  if (!scanner.take(/\( */y)) return readItem(scanner)
  const items: Item[] = []
  while (!scanner.take(/\)/y)) {
    items.push(readItem(scanner))
    scanner.demand(/ +|(?=\))/y)
  }
  return [items, readParameters(scanner)]
}

function readItem(scanner: Scanner): Item {
  return [readBareItem(scanner), readParameters(scanner)]
}

function readParameters(scanner: Scanner): Parameters {
  const parameters = new Map<string, BareItem>()
  while (scanner.take(/; */y)) {
    const [key] = scanner.demand(KEY)
    parameters.set(key, scanner.take(/=/y) ? readBareItem(scanner) : true)
  }
  return parameters
}

function readBareItem({ demand }: Scanner): BareItem {
  const [text, number, string, boolean, token] = demand(BARE_ITEM)
  if (number !== undefined) return Number(number)
  if (string !== undefined) return string.replaceAll(/\\(.)/g, '$1')
  if (boolean !== undefined) return boolean === '1'
  if (token !== undefined) return { token }
  // A display string throws here where it is no UTF-8.
  decodeURIComponent(text.startsWith('%') ? text.slice(1) : '')
  return { text }
}
