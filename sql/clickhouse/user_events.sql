-- Points spent, a row an event of the Postgres table user_events; kept 30 days after the event, its sums 180 days.
-- Caravan adds the columns that say where a row came from; those that are named here are used here.

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
