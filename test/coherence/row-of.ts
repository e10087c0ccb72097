/** The row that a statement gave. */
export function rowOf<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('The row is not there.')
  return row
}
