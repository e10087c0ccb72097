import type { SqlToken, SqlTokens } from './sql-tokens.ts'

/** Stand alone wherever they are: space beside them says nothing. */
const LONERS = new Set(['(', ')', ','])

/**
 * One text for statements that surely mean the same: they differ in white space, comments, the case of names and keywords, or a `;` at
 * the end. What is in quotes stays as it is, and what can't be told stays as it was written.
 */
export function normaliseSql(sql: string, { tokens, isCertain }: SqlTokens): string {
  // Marked, so that it can't be taken for what another statement became.
  if (!isCertain) return `raw ${sql}`
  const end = tokens.findLastIndex(({ text }) => text !== ';') + 1
  let text = ''
  for (const [index, token] of tokens.slice(0, end).entries()) {
    const before = tokens[index - 1]
    text += before !== undefined && isGap(before, token) ? ` ${token.text}` : token.text
  }
  return `sql ${text}`
}

function isGap(before: SqlToken, token: SqlToken): boolean {
  return token.isApart && !isLoner(before) && !isLoner(token)
}

function isLoner({ kind, text }: SqlToken): boolean {
  return kind === 'sign' && LONERS.has(text)
}
