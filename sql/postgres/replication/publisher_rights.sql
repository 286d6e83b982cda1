-- What this account lacks to run publisher.sql; nothing if it can.
WITH place AS (
    SELECT oid FROM pg_namespace WHERE nspname = 'raw'
),
events AS (
    SELECT c.oid, c.relowner
    FROM place AS p
    JOIN pg_class AS c ON c.relnamespace = p.oid AND c.relname = 'events'
)
SELECT 'CREATE on the database' AS lacking
WHERE NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT 'USAGE and CREATE on the schema raw'
FROM place
WHERE
    NOT EXISTS (SELECT FROM events)
    AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
UNION ALL
SELECT 'ownership of raw.events'
FROM events
WHERE NOT pg_has_role(relowner, 'USAGE')
UNION ALL
-- Before version 16, a superuser alone may make such a role.
SELECT 'CREATEROLE and REPLICATION'
FROM pg_roles
WHERE
    rolname = current_user
    AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caravan_replication')
    AND NOT (
        rolsuper
        OR rolcreaterole AND rolreplication AND current_setting('server_version_num')::integer >= 160000
    )
