-- How each pipeline did in every ten seconds, a row a runtime, for the board; kept for eight days.
CREATE TABLE IF NOT EXISTS pipeline_history
(
    time DateTime('UTC') DEFAULT now('UTC'),
    runtime LowCardinality(String),
    pipeline LowCardinality(String),
    -- Rows since the row before.
    moved Float64,
    -- Rows, records or days that were not done yet.
    waiting Float64,
    -- Rows stored since the row before whose commit at the source is known; of these, the ones within the goal; the most
    -- seconds from commit to storing.
    timed Float64,
    fresh Float64,
    slowest Float64,
    -- Each runtime measures the same, and not its own share.
    shared Bool,
    -- The goal, fresh-within, in seconds; 0 where there is none.
    goal Float64,
    -- So many seconds up to now, a row waited longer than the goal.
    late Float64
)
ENGINE = MergeTree
ORDER BY (pipeline, time)
TTL time + INTERVAL 8 DAY
SETTINGS non_replicated_deduplication_window = 1000;

ALTER TABLE pipeline_history
    ADD COLUMN IF NOT EXISTS timed Float64,
    ADD COLUMN IF NOT EXISTS fresh Float64,
    ADD COLUMN IF NOT EXISTS slowest Float64,
    ADD COLUMN IF NOT EXISTS goal Float64,
    ADD COLUMN IF NOT EXISTS late Float64;
