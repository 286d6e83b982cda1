-- What every table that a topic fills needs beside its own columns; run at each start, for {table}.

ALTER TABLE {table}
    ADD COLUMN IF NOT EXISTS kafka_key String,
    ADD COLUMN IF NOT EXISTS kafka_batch LowCardinality(String),
    ADD COLUMN IF NOT EXISTS kafka_partition UInt32,
    ADD COLUMN IF NOT EXISTS kafka_offset UInt64,
    ADD COLUMN IF NOT EXISTS committed_at Nullable(DateTime64(6, 'UTC')),
    ADD COLUMN IF NOT EXISTS arrived_at DateTime64(3, 'UTC') DEFAULT now64(3);

-- Every key that has come in, and with which batch: a row whose TTL has passed is still known.
CREATE TABLE IF NOT EXISTS {table}_keys (
    kafka_key String,
    kafka_batch LowCardinality(String)
) ENGINE = MergeTree
ORDER BY kafka_key
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS {table}_keys_view TO {table}_keys AS
SELECT kafka_key, kafka_batch FROM {table};
