/** The step of a recursive query `made_of (oid, kind)`: from views to what they are made of, which may be views again. */
export const MADE_OF = `
  SELECT c.oid, c.relkind FROM made_of
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = made_of.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> made_of.oid
  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
  WHERE made_of.kind = 'v'`
