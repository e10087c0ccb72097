import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts'
import { ONE_AT_A_TIME, dropIfEmpty } from '../postgres/install-sql.ts'

/** The table of all views of a schema, in which is written down what each shows. */
export function viewTable(schema: string): string {
  return `${quoteIdentifier(schema)}.view_refreshes`
}

export function installViewsSql(schema: string): string {
  return `${ONE_AT_A_TIME}
CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};
CREATE TABLE IF NOT EXISTS ${viewTable(schema)} (view text PRIMARY KEY, cursor text NOT NULL, refreshed_at timestamptz NOT NULL DEFAULT pg_catalog.now());`
}

/**
 * Takes away the row of one view; the table with the last of them; and the schema, where nothing else is in it. The name is given by a
 * setting, since the text of a block takes no parameters and could not hold every name.
 */
export function uninstallViewSql(schema: string, view: string): string {
  const table = viewTable(schema)
  return `${ONE_AT_A_TIME}
SELECT pg_catalog.set_config('thermocline.view', ${quoteLiteral(view)}, true);
DO $thermocline$
BEGIN
  IF pg_catalog.to_regclass(${quoteLiteral(table)}) IS NOT NULL THEN
    LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
    DELETE FROM ${table} WHERE view_refreshes.view = pg_catalog.current_setting('thermocline.view');
    IF NOT EXISTS (SELECT FROM ${table}) THEN
      DROP TABLE ${table};
    END IF;
  END IF;
END
$thermocline$;
${dropIfEmpty(schema)}`
}
