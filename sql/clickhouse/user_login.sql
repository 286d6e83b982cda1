-- Logins, registrations and purchases, a row an event of the Postgres table user_login; kept for ever.
-- Caravan adds the columns that say where a row came from.

CREATE TABLE IF NOT EXISTS user_login (
    id Int32,
    username Nullable(String),
    event_type LowCardinality(Nullable(String)),
    event_time Nullable(DateTime64(6, 'UTC'))
) ENGINE = MergeTree
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;
