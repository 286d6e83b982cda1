-- Logins, registrations and purchases, a row an event of the Postgres table user_login; kept for ever.

CREATE TABLE IF NOT EXISTS user_login (
    id Int32,
    username Nullable(String),
    event_type LowCardinality(Nullable(String)),
    event_time Nullable(DateTime64(6, 'UTC')),
    kafka_key String,
    kafka_batch LowCardinality(String),
    kafka_partition UInt32,
    kafka_offset UInt64,
    committed_at Nullable(DateTime64(6, 'UTC')),
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;
