import { describe, expect, it } from 'vitest'
import { readStatement } from './read-statement.ts'

describe('a statement that only reads', () => {
  it.each([
    'SELECT 1',
    '(SELECT 1) UNION (SELECT 2)',
    'VALUES (1), (2)',
    'TABLE products',
    'WITH a AS (SELECT 1), b (x) AS MATERIALIZED (VALUES (2)) SELECT * FROM a, b',
    '(WITH a AS (SELECT 1) SELECT * FROM a)',
    'WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) TABLE t',
    'SELECT \'now()\', $$random()$$, "nextval" FROM t -- now()',
    'SELECT t.user, t.current_date, 1 AS user FROM t',
    "SELECT substring(name for 3), 'FOR UPDATE' FROM t",
    'SELECT app.now() FROM t',
    'SELECT update, delete FROM t',
    'SELECT 1; ; -- end',
  ])('may be kept: %s', (sql) => {
    expect(readStatement(sql).refusal).toBeUndefined()
  })

  it.each([
    ['', /no statement that reads/],
    ['-- nothing', /no statement that reads/],
    ['UPDATE products SET price = 0', /It is UPDATE/],
    ['EXPLAIN SELECT 1', /It is EXPLAIN/],
    ['SELECT 1; DELETE FROM products', /more than one statement/],
    ['SELECT * INTO other FROM products', /SELECT INTO/],
    ['SELECT * FROM products FOR UPDATE', /locks rows \(FOR UPDATE\)/],
    ['SELECT * FROM products FOR NO KEY UPDATE', /locks rows/],
    ['SELECT * FROM (SELECT * FROM products FOR SHARE) p', /locks rows/],
    ['WITH gone AS (DELETE FROM products RETURNING *) SELECT * FROM gone', /changes rows \(DELETE/],
    ['WITH a AS (SELECT 1) UPDATE products SET price = 0', /It is UPDATE/],
    ['SELECT NOW()', /asks for the time \(now\).*rounded/],
    ['SELECT "now"()', /asks for the time/],
    ['SELECT pg_catalog . now /* x */ ()', /asks for the time/],
    ['SELECT * FROM t WHERE day = CURRENT_DATE', /asks for the time/],
    ['SELECT random ()', /another each time/],
    ["SELECT nextval('ids')", /sequence/],
    ['SELECT * FROM t WHERE owner = current_user', /who or what the session is/],
    ["SELECT current_setting('app.user')", /who or what the session is/],
  ])('is refused otherwise: %s', (sql, message) => {
    expect(readStatement(sql).refusal).toMatch(message)
  })

  it('is shown without its texts, which may be secrets', () => {
    const { shown } = readStatement(`SELECT 'hush', $a$hush$a$, E'hush' FROM t -- hush`)
    expect(shown).toBe("select '…' , '…' , e '…' from t")
    expect(readStatement(`SELECT ${'a, '.repeat(200)} b`).shown.length).toBeLessThan(110)
  })
})
