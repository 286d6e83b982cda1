-- The schema of tables that outboxes keep for themselves. Postgres asks for the right to create schemas also where the schema
-- is there; two runtimes may begin at the same time, and the second waits until the first one's transaction has ended.
DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}', 0));
    IF to_regnamespace('{schema}') IS NULL THEN
        CREATE SCHEMA {schema};
    END IF;
END
$$
