-- Who plays, pauses, resumes and finishes which film, a row an event of the publisher's table raw.events; kept for ever.
-- Caravan adds the columns that say where a row came from.

CREATE TABLE IF NOT EXISTS viewing_events (
    event_id Int32,
    user_id Nullable(Int32),
    movie_id Nullable(Int32),
    event_type LowCardinality(Nullable(String)),
    event_time Nullable(DateTime64(6, 'UTC'))
) ENGINE = MergeTree
ORDER BY event_id
SETTINGS non_replicated_deduplication_window = 10000;
