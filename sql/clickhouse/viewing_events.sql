-- Who plays, pauses, resumes and finishes which film, a row an event of the publisher's table raw.events; kept for ever.
-- Caravan adds the columns that say where a row came from; those that are named here are used here.

CREATE TABLE IF NOT EXISTS viewing_events (
    event_id Int32,
    user_id Nullable(Int32),
    movie_id Nullable(Int32),
    event_type LowCardinality(Nullable(String)),
    event_time Nullable(DateTime64(6, 'UTC')),
    kafka_partition UInt32,
    kafka_offset UInt64,
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY event_id
SETTINGS non_replicated_deduplication_window = 10000;

-- What reads by time reads only what is new: event_id, arrival and time grow together.
ALTER TABLE viewing_events
    ADD COLUMN IF NOT EXISTS kafka_partition UInt32,
    ADD COLUMN IF NOT EXISTS kafka_offset UInt64,
    ADD COLUMN IF NOT EXISTS arrived_at DateTime64(3, 'UTC') DEFAULT now64(3),
    ADD INDEX IF NOT EXISTS arrived arrived_at TYPE minmax,
    ADD INDEX IF NOT EXISTS happened event_time TYPE minmax;

-- The events that sessions are made of, by user and film: a session is found without a look at all others. arrived_at is
-- when a row came into this table. Its granules are small, so that few old rows are read with a new one.
CREATE TABLE IF NOT EXISTS viewing_history (
    user_id Int32,
    movie_id Int32,
    event_time DateTime64(6, 'UTC'),
    event_id Int32,
    event_type LowCardinality(String),
    kafka_offsets Map(UInt32, UInt64) CODEC(ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3),
    INDEX arrived arrived_at TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree
ORDER BY (user_id, movie_id, event_time, event_id)
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 256;

CREATE MATERIALIZED VIEW IF NOT EXISTS viewing_history_view TO viewing_history AS
SELECT
    assumeNotNull(events.user_id) AS user_id,
    assumeNotNull(events.movie_id) AS movie_id,
    assumeNotNull(events.event_time) AS event_time,
    event_id,
    assumeNotNull(toString(events.event_type)) AS event_type,
    map(kafka_partition, kafka_offset) AS kafka_offsets
FROM viewing_events AS events
WHERE isNotNull(events.user_id)
    AND isNotNull(events.movie_id)
    AND isNotNull(events.event_time)
    AND ifNull(events.event_type, '') IN ('play', 'pause', 'resume', 'finish');

-- What came before there was this view, at the start that finds rows missing; one that comes twice is kept once.
INSERT INTO viewing_history (user_id, movie_id, event_time, event_id, event_type, kafka_offsets, arrived_at)
SELECT
    assumeNotNull(events.user_id) AS user_id,
    assumeNotNull(events.movie_id) AS movie_id,
    assumeNotNull(events.event_time) AS event_time,
    event_id,
    assumeNotNull(toString(events.event_type)) AS event_type,
    map(kafka_partition, kafka_offset) AS kafka_offsets,
    arrived_at
FROM viewing_events AS events
WHERE isNotNull(events.user_id)
    AND isNotNull(events.movie_id)
    AND isNotNull(events.event_time)
    AND ifNull(events.event_type, '') IN ('play', 'pause', 'resume', 'finish')
    AND (SELECT count() FROM viewing_history FINAL) < (
        SELECT uniqExact(event_id)
        FROM viewing_events
        WHERE isNotNull(user_id)
            AND isNotNull(movie_id)
            AND isNotNull(event_time)
            AND ifNull(event_type, '') IN ('play', 'pause', 'resume', 'finish')
    );
