-- Whether the publisher's side is as publisher.sql makes it; and whether the role does.
SELECT
    EXISTS (
        SELECT
        FROM pg_publication_tables
        WHERE pubname = 'viewing_events' AND schemaname = 'raw' AND tablename = 'events'
    )
    AND EXISTS (
        SELECT
        FROM pg_roles
        WHERE
            rolname = 'caravan_replication'
            AND rolreplication
            AND has_schema_privilege(oid, to_regnamespace('raw')::oid, 'USAGE')
            AND has_table_privilege(oid, to_regclass('raw.events')::oid, 'SELECT')
    ) AS published,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'caravan_replication') AS role
