-- Who plays, pauses, resumes and finishes which film, a row an event of the publisher's table raw.events; kept for ever.

CREATE TABLE IF NOT EXISTS viewing_events (
    event_id Int32,
    user_id Nullable(Int32),
    movie_id Nullable(Int32),
    event_type LowCardinality(Nullable(String)),
    event_time Nullable(DateTime64(6, 'UTC')),
    kafka_key String,
    kafka_batch LowCardinality(String),
    kafka_partition UInt32,
    kafka_offset UInt64,
    committed_at Nullable(DateTime64(6, 'UTC')),
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY event_id
SETTINGS non_replicated_deduplication_window = 10000;
