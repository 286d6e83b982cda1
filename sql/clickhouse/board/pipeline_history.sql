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
    -- Each runtime measures the same, and not its own share.
    shared Bool
)
ENGINE = MergeTree
ORDER BY (pipeline, time)
TTL time + INTERVAL 8 DAY;
