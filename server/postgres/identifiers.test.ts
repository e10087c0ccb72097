import { describe, expect, it } from 'vitest'
import { parseTableName, quoteIdentifier, quoteLiteral } from './identifiers.ts'

describe('the name of a table', () => {
  it.each([
    ['products', 'public', 'products'],
    ['Products', 'public', 'Products'],
    ['shop.products', 'shop', 'products'],
    ['"my.schema"."my ""table"""', 'my.schema', 'my "table"'],
    ['drop table x; --', 'public', 'drop table x; --'],
  ])('%s is read', (text, schema, table) => {
    expect(parseTableName(text)).toEqual({ schema, table })
  })

  it.each(['', 'a.b.c', '.a', 'a.', '"a', 'a"b', '""', 'x'.repeat(64), 'a\0b'])('%j is refused', (text) => {
    expect(() => parseTableName(text)).toThrow(/`tables` names/)
  })
})

describe('what is put into SQL', () => {
  it('can not end the quotes that it stands in', () => {
    expect(quoteIdentifier('a"; DROP TABLE b; --')).toBe('"a""; DROP TABLE b; --"')
    expect(quoteLiteral("a'; DROP TABLE b; --")).toBe("'a''; DROP TABLE b; --'")
    expect(quoteLiteral("\\'; DROP TABLE b; --")).toBe("E'\\\\''; DROP TABLE b; --'")
  })
})
