/** A piece of a statement, as Postgres cuts it up (its manual, "Lexical Structure"). */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'sign'
  /** As it was written; words in lower case, as Postgres takes them. */
  readonly text: string
  /** Whether white space or a comment stands before it. */
  readonly isApart: boolean
}

export interface SqlTokens {
  readonly tokens: readonly SqlToken[]
  /**
   * Whether they are surely what Postgres makes of it. Not so where it depends on a setting of the session (a backslash in an ordinary
   * text), where one text goes on in another line, or where something has no end.
   */
  readonly isCertain: boolean
}

const SPACE = /[ \t\n\r\f\v]+/y
// All that is not ASCII counts as a letter; `$` may stand inside a name, so that `a$b$` opens no text.
const WORD = /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*/y
const NUMBER = /\.?\d[A-Za-z0-9_.\u0080-\uFFFF]*/y
const PARAMETER = /\$\d+/y
const QUOTED = /"(?:[^"]|"")*"/y
const TEXT = /'(?:[^']|'')*'/y
const ESCAPED = /'(?:[^'\\]|\\[^]|'')*'/y
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)?\$/y

/** Cuts a statement into its tokens and leaves out comments. Never throws. */
export function readTokens(sql: string): SqlTokens {
  const reader = new TokenReader(sql)
  reader.readAll()
  return reader
}

class TokenReader implements SqlTokens {
  readonly tokens: SqlToken[] = []
  isCertain = true
  readonly #sql: string
  #at = 0
  #isApart = false

  constructor(sql: string) {
    this.#sql = sql
  }

  readAll(): void {
    while (this.#at < this.#sql.length) {
      if (this.#skip()) this.#isApart = true
      else {
        this.#read()
        this.#isApart = false
      }
    }
  }

  /** White space, and comments also where they stand inside of an operator. */
  #skip(): boolean {
    if (this.#take(SPACE) !== undefined) return true
    if (this.#sql.startsWith('--', this.#at)) {
      const end = this.#sql.slice(this.#at).search(/[\n\r]/)
      this.#at = end < 0 ? this.#sql.length : this.#at + end
      return true
    }
    if (!this.#sql.startsWith('/*', this.#at)) return false
    this.#at = this.#endOfComment()
    return true
  }

  /** They nest, unlike those of C. */
  #endOfComment(): number {
    let depth = 0
    for (const { 0: mark, index } of this.#sql.slice(this.#at).matchAll(/\/\*|\*\//g)) {
      depth += mark === '/*' ? 1 : -1
      if (depth === 0) return this.#at + index + 2
    }
    this.isCertain = false
    return this.#sql.length
  }

  #read(): void {
    const sql = this.#sql
    const character = sql[this.#at] ?? ''
    if (character === "'") {
      this.#readText()
    } else if (character === '"') {
      this.#push('quoted', this.#take(QUOTED) ?? this.#rest())
    } else if (character === '$') {
      this.#readDollar()
    } else {
      const word = this.#take(WORD)
      if (word !== undefined) this.#push('word', lowerCase(word))
      else this.#readOther()
    }
  }

  #readText(): void {
    const before = this.tokens.at(-1)
    const isPrefixed = !this.#isApart && before?.kind === 'word'
    // `'a'` and `'b'` on two lines are one text, and the second is read as the first was.
    if (before?.kind === 'string' || before?.kind === 'number') this.isCertain = false
    const isEscaped = isPrefixed && before.text === 'e'
    const text = this.#take(isEscaped ? ESCAPED : TEXT) ?? this.#rest()
    if (!isEscaped && text.includes('\\')) this.isCertain = false
    this.#push('string', text)
  }

  #readDollar(): void {
    const parameter = this.#take(PARAMETER)
    if (parameter !== undefined) {
      this.#push('parameter', parameter)
      return
    }
    const tag = this.#take(DOLLAR)
    if (tag === undefined) {
      this.#readOther()
      return
    }
    const end = this.#sql.indexOf(tag, this.#at)
    const inside = end < 0 ? this.#rest() : this.#sql.slice(this.#at, end + tag.length)
    if (end >= 0) this.#at = end + tag.length
    this.#push('string', tag + inside)
  }

  #readOther(): void {
    const number = this.#take(NUMBER)
    if (number !== undefined) {
      this.#push('number', number)
      return
    }
    this.#push('sign', this.#sql[this.#at] ?? '')
    this.#at += 1
  }

  #push(kind: SqlToken['kind'], text: string): void {
    this.tokens.push({ kind, text, isApart: this.#isApart })
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#sql)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  /** What was opened has no end: Postgres will say so. */
  #rest(): string {
    this.isCertain = false
    const rest = this.#sql.slice(this.#at)
    this.#at = this.#sql.length
    return rest
  }
}

/** Of ASCII alone: what becomes of other letters depends on the server's locale. */
function lowerCase(word: string): string {
  return word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
