-- What the database's owner has to run before this account can keep tables of Caravan's own in a schema; nothing if it can.
-- The parameters: the schema, and the table of it that is made last.
WITH wanted AS (
    SELECT CAST(? AS text) AS schema, CAST(? AS text) AS last
),
there AS (
    SELECT
        n.oid,
        w.schema,
        EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relname = w.last) AS begun
    FROM wanted AS w
    JOIN pg_namespace AS n ON n.nspname = w.schema
)
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', w.schema, current_user) AS statement
FROM wanted AS w
WHERE NOT EXISTS (SELECT FROM there) AND NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', schema, current_user)
FROM there
WHERE NOT has_schema_privilege(oid, 'USAGE') OR NOT begun AND NOT has_schema_privilege(oid, 'CREATE')
UNION ALL
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO %I', t.schema, c.relname, current_user)
FROM there AS t
JOIN pg_class AS c ON c.relnamespace = t.oid AND c.relkind IN ('r', 'p')
WHERE NOT (
    has_table_privilege(c.oid, 'SELECT')
    AND has_table_privilege(c.oid, 'INSERT')
    AND has_table_privilege(c.oid, 'UPDATE')
    AND has_table_privilege(c.oid, 'DELETE')
)
