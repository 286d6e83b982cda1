-- What every table that a topic fills needs beside its own columns; run at each start, for {table}.

ALTER TABLE {table}
    ADD COLUMN IF NOT EXISTS kafka_key String,
    ADD COLUMN IF NOT EXISTS kafka_batch LowCardinality(String),
    ADD COLUMN IF NOT EXISTS kafka_partition UInt32,
    ADD COLUMN IF NOT EXISTS kafka_offset UInt64,
    ADD COLUMN IF NOT EXISTS committed_at Nullable(DateTime64(6, 'UTC')),
    ADD COLUMN IF NOT EXISTS arrived_at DateTime64(3, 'UTC') DEFAULT now64(3),
    -- A hash of the record's value; zero in rows that came before there was one.
    ADD COLUMN IF NOT EXISTS kafka_content UUID,
    ADD COLUMN IF NOT EXISTS kafka_deadline DateTime64(3, 'UTC') EPHEMERAL '2299-12-31 23:59:59';

-- An insert is refused (code 395) that comes after the deadline that it names, or after a start of ClickHouse that its
-- look-up, 30 s before the deadline, did not see.
ALTER TABLE {table}
    MODIFY COLUMN arrived_at DEFAULT if(
        throwIf(
            now64(3) > kafka_deadline OR now64(3) - toIntervalSecond(uptime()) > kafka_deadline - INTERVAL 30 SECOND,
            'too late'
        ) = 0,
        now64(3),
        now64(3)
    );

-- Every key that has come in, with which content and which batch: a row whose TTL has passed is still known.
CREATE TABLE IF NOT EXISTS {table}_keys (
    kafka_key String,
    kafka_batch LowCardinality(String),
    kafka_content UUID
) ENGINE = MergeTree
ORDER BY kafka_key
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 1024;

ALTER TABLE {table}_keys
    ADD COLUMN IF NOT EXISTS kafka_content UUID;

CREATE MATERIALIZED VIEW IF NOT EXISTS {table}_keys_view TO {table}_keys AS
SELECT kafka_key, kafka_batch, kafka_content FROM {table};

ALTER TABLE {table}_keys_view
    MODIFY QUERY SELECT kafka_key, kafka_batch, kafka_content FROM {table};
