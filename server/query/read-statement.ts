import { normaliseSql } from './normalise-sql.ts'
import { type SqlToken, type SqlTokens, readTokens } from './sql-tokens.ts'

/** What is known of a statement from its text alone. */
export interface Statement {
  /** The same for all that mean the same. */
  readonly normalised: string
  /** Whether Postgres surely reads it as it was read here. */
  readonly isCertain: boolean
  /** Why its rows must not be kept, with what to do; `undefined` for one that only reads. */
  readonly refusal: string | undefined
  /** As people may read it in an error: without the texts in it, and not too long. */
  readonly shown: string
}

/** A function as a statement names it. */
export interface SqlCall {
  readonly schema: string | undefined
  readonly name: string
}

const ANSWERS = new Set(['select', 'values', 'table'])
const WRITES = new Set(['insert', 'update', 'delete', 'merge'])
/** Reserved words that stand for a call. */
const SESSION_WORDS = new Set([
  'current_user',
  'current_role',
  'session_user',
  'system_user',
  'user',
  'current_schema',
  'current_catalog',
])
const CLOCK_WORDS = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
])
const CLOCK = new Set([
  'now',
  'age',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
  'timeofday',
])
const CHANCE = new Set(['random', 'random_normal', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'uuid_generate_v4'])
const SEQUENCES = new Set(['nextval', 'setval', 'currval', 'lastval'])
const SESSION = new Set([
  'current_setting',
  'current_database',
  'current_query',
  'inet_client_addr',
  'inet_client_port',
  'has_table_privilege',
  'has_any_column_privilege',
  'has_column_privilege',
  'has_schema_privilege',
  'has_database_privilege',
  'has_function_privilege',
  'has_sequence_privilege',
  'pg_has_role',
  'row_security_active',
  'set_config',
  'current_schemas',
  'pg_backend_pid',
  'txid_current',
])

const MOST_KNOWN = 2_000
const known = new Map<string, Statement>()

/** Reads a statement; each text once. */
export function readStatement(sql: string): Statement {
  const found = known.get(sql)
  if (found !== undefined) return found
  const tokens = readTokens(sql)
  const statement = {
    normalised: normaliseSql(sql, tokens),
    isCertain: tokens.isCertain,
    refusal: refuseKind(tokens.tokens) ?? refuseCalls(callsIn(tokens.tokens)),
    shown: show(tokens),
  }
  // Whoever builds a new text for each call must not fill the memory.
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(sql, statement)
  return statement
}

function refuseKind(tokens: readonly SqlToken[]): string | undefined {
  const semicolon = tokens.findIndex(({ kind, text }) => kind === 'sign' && text === ';')
  if (semicolon >= 0 && tokens.slice(semicolon).some(({ text }) => text !== ';')) {
    return 'It holds more than one statement. Give one at a time.'
  }
  const verb = verbOf(tokens)
  if (verb === undefined || !ANSWERS.has(verb)) {
    const what = verb === undefined ? 'It is no statement that reads' : `It is ${verb.toUpperCase()}`
    return `${what}. Give a SELECT, VALUES, TABLE or WITH ... SELECT, and run what writes without the cache.`
  }
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || isColumn(tokens, index)) continue
    const [first, second] = [tokens[index + 1]?.text ?? '', tokens[index + 2]?.text ?? '']
    if (token.text === 'into') return 'It is SELECT INTO, which makes a table. Run it without the cache.'
    if (token.text === 'for' && isLock(first, second)) {
      return `It locks rows (FOR ${first.toUpperCase()}). Run it in its transaction, without the cache.`
    }
    if (WRITES.has(token.text) && tokens[index - 1]?.text === '(' && isWith(tokens)) {
      return `It changes rows (${token.text.toUpperCase()} inside WITH). Run it without the cache.`
    }
  }
  return undefined
}

/** What the statement does, after its WITH list and its parentheses. */
function verbOf(tokens: readonly SqlToken[]): string | undefined {
  let start = tokens.findIndex(({ text }) => text !== '(')
  if (isWith(tokens)) {
    const outside = tokens.slice(0, start).length
    let depth = outside
    start = tokens.findIndex(({ kind, text }, index) => {
      if (index <= start) return false
      if (text === '(') depth += 1
      if (text === ')') depth -= 1
      return depth === outside && kind === 'word' && (ANSWERS.has(text) || WRITES.has(text))
    })
  }
  const token = tokens[start]
  return token?.kind === 'word' ? token.text : undefined
}

function isWith(tokens: readonly SqlToken[]): boolean {
  return tokens.find(({ text }) => text !== '(')?.text === 'with'
}

function isLock(first: string, second: string): boolean {
  return (
    first === 'update' ||
    first === 'share' ||
    (first === 'no' && second === 'key') ||
    (first === 'key' && second === 'share')
  )
}

/** `t.user` and `AS user` are names, whatever the word means elsewhere. */
function isColumn(tokens: readonly SqlToken[], index: number): boolean {
  const before = tokens[index - 1]
  return before?.text === '.' || (before?.kind === 'word' && before.text === 'as')
}

/** Reserved words that call something, and all that stands before a parenthesis: more than functions, which harms nothing. */
export function callsIn(tokens: readonly SqlToken[]): SqlCall[] {
  return tokens.flatMap((token, index) => {
    const name = nameIn(token)
    if (name === undefined) return []
    if (token.kind === 'word' && (SESSION_WORDS.has(name) || CLOCK_WORDS.has(name))) {
      return isColumn(tokens, index) ? [] : [{ schema: undefined, name }]
    }
    if (tokens[index + 1]?.text !== '(') return []
    const schema = tokens[index - 1]?.text === '.' ? nameIn(tokens[index - 2]) : undefined
    return [{ schema, name }]
  })
}

function nameIn(token: SqlToken | undefined): string | undefined {
  if (token?.kind === 'word') return token.text
  return token?.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : undefined
}

/** Why rows that come of such calls must not be kept, of what Postgres itself brings. */
export function refuseCalls(calls: readonly SqlCall[]): string | undefined {
  const names = calls.filter(({ schema = 'pg_catalog' }) => schema === 'pg_catalog').map(({ name }) => name)
  for (const name of names) {
    if (CLOCK.has(name) || CLOCK_WORDS.has(name)) {
      return `It asks for the time (${name}), so its answer changes by itself. Give the time as a parameter, rounded to what will do, such as the minute.`
    }
    if (CHANCE.has(name))
      return `It calls ${name}, whose answer is another each time. Run it without the cache.`
    if (SEQUENCES.has(name)) return `It calls ${name}, which is about a sequence. Run it without the cache.`
    if (SESSION.has(name) || SESSION_WORDS.has(name)) {
      return `It asks who or what the session is (${name}), which the key does not tell. Give that as a parameter.`
    }
  }
  return undefined
}

const MOST_SHOWN = 100

function show({ tokens }: SqlTokens): string {
  const text = tokens.map((token) => (token.kind === 'string' ? "'…'" : token.text)).join(' ')
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}
