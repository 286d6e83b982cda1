-- Whether the subscriber has its table and the subscription of this name.
SELECT
    to_regclass('raw.events') IS NOT NULL AS table_there,
    EXISTS (
        SELECT
        FROM pg_subscription
        WHERE subname = ? AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS subscribed
