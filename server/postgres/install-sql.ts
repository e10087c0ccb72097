import { quoteIdentifier, quoteLiteral, quoteTable } from './identifiers.ts'
import { OLDEST_SERVER } from './server-version.ts'
import type { TableMapping } from './table-mapping.ts'

/** What the names of things in the database are made of. */
export interface Installation {
  /** Where the outbox is. Its name is also the channel's. */
  readonly schema: string
  readonly tables: readonly TableMapping[]
  /** How many different rows of one statement are written down one by one. */
  readonly mostRows: number
}

export const DEFAULT_SCHEMA = 'thermocline'
/** Part of the function's name, so that triggers of an earlier version go on until they are replaced, and are known by it. */
const VERSION = 1
export const FUNCTION = `record_change_${VERSION}`
export const OUTBOX = 'outbox'

/** More than that is not written into one row of the outbox: then it is "everything". A listener reads a hundred rows at once. */
const MOST_BYTES = 250_000
const EVENTS = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] as const
const NEW_ROWS = 'NEW TABLE AS thermocline_new'
const OLD_ROWS = 'OLD TABLE AS thermocline_old'
const ROWS = {
  INSERT: ` REFERENCING ${NEW_ROWS}`,
  UPDATE: ` REFERENCING ${OLD_ROWS} ${NEW_ROWS}`,
  DELETE: ` REFERENCING ${OLD_ROWS}`,
  TRUNCATE: '',
} as const

/** Makes whoever runs it wait for others that do: `CREATE ... IF NOT EXISTS` alone fails where two run at once. */
export const ONE_AT_A_TIME = `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('thermocline: install', 0));`

/**
 * All that has to be in the database, as one script. It may be run again, and by several at once if each runs it in one transaction.
 */
export function installSql(installation: Installation): string {
  return [
    `-- Postgres ${OLDEST_SERVER} or newer.`,
    baseSql(installation),
    ...installation.tables.map((table) => tableSql(installation, table)),
  ].join('\n')
}

/** The outbox, and the function that fills it. */
export function baseSql({ schema }: Pick<Installation, 'schema'>): string {
  const place = quoteIdentifier(schema)
  return `${ONE_AT_A_TIME}
CREATE SCHEMA IF NOT EXISTS ${place};
${outbox(place)}
${recordChange(place, schema)}
REVOKE ALL ON FUNCTION ${place}.${FUNCTION}() FROM PUBLIC;
`
}

/** Takes away all that `installSql` made, of every table, and nothing that others put into the schema. */
export function uninstallSql({ schema }: Pick<Installation, 'schema'>): string {
  const place = quoteIdentifier(schema)
  return `${ONE_AT_A_TIME}
DROP FUNCTION IF EXISTS ${place}.${FUNCTION}() CASCADE;
DROP TABLE IF EXISTS ${place}.${OUTBOX};
${dropIfEmpty(schema)}
`
}

/** Takes away the schema, unless something is left in it or it is somebody else's. */
export function dropIfEmpty(schema: string): string {
  return `DO $thermocline$
BEGIN
  DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)};
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
  NULL;
END
$thermocline$;`
}

/** How long a statement of the installation may wait for a lock: whoever writes to the table waits behind it. */
const LOCK_TIMEOUT = '5s'

/** Only for what is run here: a migration has its own limits. */
export function limited(script: string): string {
  return `SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT}', true);\n${script}`
}

/** What a table's triggers are given: how many rows, and which columns. */
export function triggerArguments({ mostRows }: Installation, { columns }: TableMapping): string[] {
  return [String(mostRows), ...columns]
}

/** One for each event, since only a trigger for one event alone may see the rows (CREATE TRIGGER, "REFERENCING"). */
export function triggerNames(schema: string): string[] {
  return EVENTS.map((event) => triggerName(schema, event))
}

/** Two installations in one database may listen to the same table. */
function triggerName(schema: string, event: (typeof EVENTS)[number]): string {
  const name = `thermocline_${event.toLowerCase()}`
  return schema === DEFAULT_SCHEMA ? name : `${name}_${schema}`
}

/** Small and always changing: without a vacuum of its own, a look at the empty table would pass over all that was once in it. */
function outbox(place: string): string {
  return `CREATE TABLE IF NOT EXISTS ${place}.${OUTBOX} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  change jsonb NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);`
}

/** The triggers of one table. */
export function tableSql(installation: Installation, table: TableMapping): string {
  const on = quoteTable(table)
  const call = `${quoteIdentifier(installation.schema)}.${FUNCTION}`
  const args = triggerArguments(installation, table).map(quoteLiteral).join(', ')
  return [
    ONE_AT_A_TIME,
    // A column that is not there is to be noticed now; a trigger could only let go of everything.
    ...(table.columns.length > 0
      ? [`SELECT ${table.columns.map(quoteIdentifier).join(', ')} FROM ${on} LIMIT 0;`]
      : []),
    ...EVENTS.map(
      (event) =>
        `CREATE OR REPLACE TRIGGER ${quoteIdentifier(triggerName(installation.schema, event))} AFTER ${event} ON ${on}` +
        `${ROWS[event]} FOR EACH STATEMENT EXECUTE FUNCTION ${call}(${args});`,
    ),
    '',
  ].join('\n')
}

/**
 * Runs as its owner, so that whoever may write to a table needs no right to the outbox; nobody else may make triggers of it. The
 * settings are there because the text of a date must not depend on the session that wrote it. The columns are those of the
 * trigger's arguments, and when they can't be read (one was renamed) the write goes on, and counts as "everything": a cache must
 * not fail a write.
 */
function recordChange(place: string, schema: string): string {
  return `CREATE OR REPLACE FUNCTION ${place}.${FUNCTION}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET DateStyle = 'ISO, YMD'
SET TimeZone = 'UTC'
SET IntervalStyle = 'postgres'
SET bytea_output = 'hex'
SET extra_float_digits = 1
AS $thermocline$
DECLARE
  most constant integer := TG_ARGV[0]::integer;
  names constant text[] := TG_ARGV[1:];
  texts text;
  touched text;
  changed jsonb;
  different bigint;
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    touched := CASE TG_OP
      WHEN 'INSERT' THEN 'TABLE thermocline_new'
      WHEN 'DELETE' THEN 'TABLE thermocline_old'
      ELSE 'TABLE thermocline_old UNION ALL TABLE thermocline_new' END;
    SELECT string_agg(format('CASE WHEN %1$I IS NULL THEN NULL ELSE concat(%1$I) END', name), ', ' ORDER BY place)
      INTO texts FROM unnest(names) WITH ORDINALITY AS listed (name, place);
    BEGIN
      EXECUTE format(
        'SELECT count(*), jsonb_agg(texts) FROM (SELECT DISTINCT jsonb_build_array(%s) AS texts FROM (%s) AS thermocline_touched LIMIT %s) AS thermocline_rows',
        texts, touched, most + 1) INTO different, changed;
    EXCEPTION WHEN OTHERS THEN
      different := most + 1;
    END;
    IF different = 0 THEN
      RETURN NULL;
    END IF;
    IF different > most OR octet_length(changed::text) > ${MOST_BYTES} THEN
      changed := NULL;
    END IF;
  END IF;
  INSERT INTO ${place}.${OUTBOX} (change) VALUES (
    jsonb_build_object('schema', TG_TABLE_SCHEMA, 'table', TG_TABLE_NAME, 'columns', to_jsonb(names), 'rows', changed));
  PERFORM pg_notify(${quoteLiteral(schema)}, '');
  RETURN NULL;
END
$thermocline$;`
}
