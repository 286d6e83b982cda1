-- What people did on the board, a row an action; kept until somebody deletes it.
CREATE TABLE IF NOT EXISTS board_actions
(
    time DateTime64(3, 'UTC'),
    -- The process whose board it was.
    runtime LowCardinality(String),
    user LowCardinality(String),
    action LowCardinality(String),
    what String,
    -- done; refused, and nothing was changed; or failed.
    result LowCardinality(String),
    -- What the board answered.
    said String
)
ENGINE = MergeTree
ORDER BY time
SETTINGS non_replicated_deduplication_window = 1000;
