import { PGlite } from '@electric-sql/pglite'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { readStatement } from './read-statement.ts'

const normal = (sql: string): string => readStatement(sql).normalised

describe('statements that are one', () => {
  it.each([
    ['case of keywords and names', 'SELECT Id FROM Products', 'select id from products'],
    ['white space', 'SELECT  id\n\tFROM products ', 'SELECT id FROM products'],
    ['a comment to the end of a line', 'SELECT id -- the key\nFROM products', 'SELECT id FROM products'],
    ['a comment in a comment', 'SELECT /* a /* b */ c */ id', 'SELECT id'],
    ['a semicolon at the end', 'SELECT 1 ; -- done', 'SELECT 1'],
    ['space beside parentheses and commas', 'SELECT f ( a , b )', 'SELECT f(a,b)'],
  ])('differ in %s', (_, one, other) => {
    expect(normal(one)).toBe(normal(other))
  })
})

describe('statements that are two', () => {
  it.each([
    ['texts', "SELECT 'A'", "SELECT 'a'"],
    ['space in texts', "SELECT 'a  b'", "SELECT 'a b'"],
    ['names in quotes', 'SELECT "Id"', 'SELECT "id"'],
    ['quoted and not', 'SELECT "user" FROM t', 'SELECT user FROM t'],
    ['text between dollars', 'SELECT $$A -- b$$', 'SELECT $$a -- b$$'],
    ['tags of dollars', 'SELECT $a$ $A$ $a$', 'SELECT $a$ $a$ $a$'],
    ['text after an escaped quote', String.raw`SELECT E'\' -- A'`, String.raw`SELECT E'\' -- B'`],
    ['text after a doubled quote', "SELECT 'it''s -- A'", "SELECT 'it''s -- B'"],
    ['what a backslash hides', String.raw`SELECT '\', A`, String.raw`SELECT '\', a`],
    ['a comment in a name', 'SELECT "a--b"', 'SELECT "a--c"'],
    ['an operator that is cut', 'SELECT 1 < - 2', 'SELECT 1 <- 2'],
    ['a text over two lines', "SELECT 'a'\n'B'", "SELECT 'a'\n'b'"],
    ['letters beyond ASCII', 'SELECT Ä', 'SELECT ä'],
    ['a dollar inside of a name', 'SELECT a$b$ , C$b$', "SELECT a$b$ , 'C$b$'"],
    ['parameters', 'SELECT $1', 'SELECT $11'],
  ])('differ in %s', (_, one, other) => {
    expect(normal(one)).not.toBe(normal(other))
  })
})

/** What statements are made of, and what makes trouble. */
const PIECES = [
  "'",
  '"',
  '$$',
  '$a$',
  '$A$',
  '--',
  '/*',
  '*/',
  '\\',
  '\n',
  ' ',
  'E',
  'e',
  'U&',
  'x',
  'A',
  'a',
  'b',
  '1',
  '2.',
  '.5',
  '+',
  '-',
  '*',
  '/',
  '<',
  '(',
  ')',
  ',',
  ';',
  "''",
  'AS',
  '::text',
  '||',
  "'a'",
  "'B'",
  '"C"',
  '/*x*/',
  '--y\n',
] as const

describe('what is taken for one statement', () => {
  it('is one for Postgres too', { timeout: 300_000 }, async () => {
    const db = await PGlite.create()
    const outcome = async (sql: string): Promise<string> => {
      try {
        const { rows, fields } = await db.query(sql)
        return JSON.stringify([rows, fields.map(({ name }) => name)])
      } catch {
        return 'refused'
      }
    }
    const soup = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 9 })
    const changes = fc.array(
      fc.record({ at: fc.nat({ max: 8 }), how: fc.constantFrom('case', 'space', 'line', 'comment', 'drop') }),
      { minLength: 1, maxLength: 2 },
    )
    let compared = 0
    let answered = 0
    try {
      for (const [pieces, edits] of fc.sample(fc.tuple(soup, changes), { numRuns: 6_000, seed: SEED })) {
        const [one, other] = [`SELECT ${pieces.join('')}`, `SELECT ${edited(pieces, edits).join('')}`]
        if (one === other || normal(one) !== normal(other)) continue
        const [first, second] = [await outcome(one), await outcome(other)]
        expect([one, other, second]).toEqual([one, other, first])
        compared += 1
        if (first !== 'refused') answered += 1
      }
    } finally {
      await db.close()
    }
    // Else the test would say nothing.
    expect(compared).toBeGreaterThan(500)
    expect(answered).toBeGreaterThan(50)
  })
})

function edited(pieces: readonly string[], edits: readonly { at: number; how: string }[]): string[] {
  const made = [...pieces]
  for (const { at, how } of edits) {
    const index = at % made.length
    const piece = made[index] ?? ''
    if (how === 'case')
      made[index] = piece === piece.toLowerCase() ? piece.toUpperCase() : piece.toLowerCase()
    else if (how === 'space') made[index] = ` ${piece}`
    else if (how === 'line') made[index] = `\n${piece}`
    else if (how === 'comment') made[index] = `/* c */${piece}`
    else made[index] = piece === ' ' ? '' : piece
  }
  return made
}
