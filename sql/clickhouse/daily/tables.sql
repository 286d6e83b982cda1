-- The daily files as they came: one table that a day is swapped into atomically, and the five tables that readers know as
-- views of it, so that no reader ever sees one of them new and another one old.

CREATE DATABASE IF NOT EXISTS raw;

-- A row a line of a day's file. day is the file's; event_timestamp may be of another day.
CREATE TABLE IF NOT EXISTS raw.lines (
    day Date,
    line_number UInt64,
    reason LowCardinality(String),
    event_id String,
    user_id String,
    event_type LowCardinality(String),
    event_timestamp DateTime64(3, 'UTC'),
    session_id String,
    purchase_amount Decimal(18, 4),
    task_id String,
    task_result LowCardinality(String),
    ab_test_id LowCardinality(String),
    ab_group LowCardinality(String),
    data String CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY day
ORDER BY (event_type, user_id, event_timestamp);

-- The day that the marts count an event on: event_timestamp's, in UTC; the file's where the two are further apart than 30
-- days back or one ahead, because then a clock was wrong.
ALTER TABLE raw.lines ADD COLUMN IF NOT EXISTS event_date Date
    ALIAS if(toDate(event_timestamp) BETWEEN day - 30 AND day + 1, toDate(event_timestamp), day);

-- grain: a line of a file; event_id may come twice in a file, staging takes it once
CREATE OR REPLACE VIEW raw.events AS
SELECT day, line_number, event_id, user_id, event_type, event_timestamp, session_id, data
FROM raw.lines
WHERE reason = '';

-- grain: a purchase
CREATE OR REPLACE VIEW raw.purchases AS
SELECT day, event_id, user_id, event_timestamp, purchase_amount, session_id
FROM raw.lines
WHERE reason = '' AND event_type = 'purchase';

-- grain: a completed task
CREATE OR REPLACE VIEW raw.task_results AS
SELECT day, event_id, user_id, task_id, task_result, event_timestamp
FROM raw.lines
WHERE reason = '' AND event_type = 'task_completed';

-- grain: a session, from all files that have events of it; day is that of the first of these files. Events without a
-- session are in none.
CREATE OR REPLACE VIEW raw.sessions AS
SELECT
    min(lines.day) AS day,
    session_id,
    argMin(lines.user_id, (event_timestamp, lines.day, line_number)) AS user_id,
    min(event_timestamp) AS session_start,
    max(event_timestamp) AS session_end,
    count() AS event_count
FROM raw.lines AS lines
WHERE reason = '' AND session_id != ''
GROUP BY session_id;

-- grain: an assignment
CREATE OR REPLACE VIEW raw.ab_test_assignments AS
SELECT day, event_id, user_id, ab_test_id, ab_group, event_timestamp AS assignment_timestamp
FROM raw.lines
WHERE reason = '' AND event_type = 'ab_test_assigned';

-- A row a bad line of the file that a day was last loaded from, or refused with.
CREATE TABLE IF NOT EXISTS raw.rejected_lines (
    day Date,
    file String,
    line_number UInt64,
    reason LowCardinality(String),
    text String
) ENGINE = MergeTree
PARTITION BY day
ORDER BY line_number;

-- A row a file that was read to its end, whether its day was swapped in or refused.
CREATE TABLE IF NOT EXISTS raw.loads (
    day Date,
    file String,
    etag String,
    bytes UInt64,
    lines UInt64,
    events UInt64,
    rejected UInt64,
    blank UInt64,
    -- Events whose event_timestamp is not on the file's day, in UTC.
    other_days UInt64,
    seconds Float64,
    outcome Enum8('loaded' = 1, 'refused' = 2),
    loaded_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY (day, loaded_at);

-- How many rows of raw.edited_lines the day had when the file was read.
ALTER TABLE raw.loads ADD COLUMN IF NOT EXISTS edits UInt64;

-- A row an edit of a rejected line: what is read in its place whenever a file of the day has this text on this line. The
-- latest edit counts.
CREATE TABLE IF NOT EXISTS raw.edited_lines (
    day Date,
    line_number UInt64,
    rejected String,
    text String,
    edited_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY (day, line_number, edited_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
