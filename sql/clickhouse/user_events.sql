-- Points spent, a row an event of the Postgres table user_events; kept 30 days after the event, its sums 180 days, and for
-- ever which users had an event on which day. Caravan adds the columns that say where a row came from; those that are named
-- here are used here.

CREATE TABLE IF NOT EXISTS user_events (
    id Int64,
    user_id Nullable(UInt32),
    event_type LowCardinality(Nullable(String)),
    points_spent Nullable(UInt32),
    event_time Nullable(DateTime('UTC')),
    kafka_partition UInt32,
    kafka_offset UInt64,
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY id
TTL ifNull(event_time, toDateTime(arrived_at, 'UTC')) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000;

-- Sums a day and event type. An event without a time counts on the day that it arrived, one without a type under ''.
CREATE TABLE IF NOT EXISTS user_events_daily (
    event_date Date,
    event_type LowCardinality(String),
    unique_users AggregateFunction(uniq, UInt32),
    total_points AggregateFunction(sum, UInt32),
    total_actions AggregateFunction(count),
    -- The last offset of each Kafka partition that is counted here: a batch that a crash kept out is recognised by it.
    kafka_offsets SimpleAggregateFunction(maxMap, Map(UInt32, UInt64))
) ENGINE = AggregatingMergeTree
ORDER BY (event_date, event_type)
TTL event_date + INTERVAL 180 DAY
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS user_events_daily_view TO user_events_daily AS
SELECT
    toDate(ifNull(event_time, toDateTime(arrived_at, 'UTC'))) AS event_date,
    ifNull(event_type, '') AS event_type,
    uniqStateIf(assumeNotNull(user_id), isNotNull(user_id)) AS unique_users,
    sumState(ifNull(points_spent, 0)) AS total_points,
    countState() AS total_actions,
    maxMap(map(kafka_partition, kafka_offset)) AS kafka_offsets
FROM user_events
GROUP BY event_date, event_type;

-- The users with an event on a day, as a bitmap, kept for ever: first days and returns outlive the rows. An event without a
-- user or a time is in none.
CREATE TABLE IF NOT EXISTS user_events_users (
    event_date Date,
    users AggregateFunction(groupBitmap, UInt32),
    kafka_offsets SimpleAggregateFunction(maxMap, Map(UInt32, UInt64))
) ENGINE = AggregatingMergeTree
ORDER BY event_date
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS user_events_users_view TO user_events_users AS
SELECT
    toDate(assumeNotNull(event_time)) AS event_date,
    groupBitmapState(assumeNotNull(user_id)) AS users,
    maxMap(map(kafka_partition, kafka_offset)) AS kafka_offsets
FROM user_events
WHERE isNotNull(user_id) AND isNotNull(event_time)
GROUP BY event_date;

-- What came before there was this view, once: the last day that there is, on which no event can be, says that it was done.
-- A bitmap takes a user only once, so it does not matter which of these rows the view has seen too.
INSERT INTO user_events_users
SELECT
    if(isNull(event_time), toDate('2149-06-06'), toDate(assumeNotNull(event_time))) AS event_date,
    groupBitmapStateIf(assumeNotNull(user_id), isNotNull(user_id) AND isNotNull(event_time)) AS users,
    maxMap(map(kafka_partition, kafka_offset)) AS kafka_offsets
FROM (
    SELECT user_id, event_time, kafka_partition, kafka_offset FROM user_events
    UNION ALL
    SELECT NULL, NULL, 0, 0
)
WHERE (SELECT count() FROM user_events_users WHERE event_date = '2149-06-06') = 0
GROUP BY event_date;
