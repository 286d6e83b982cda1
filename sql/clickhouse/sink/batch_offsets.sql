-- Which offsets of a batch are in {table}, since when, in seconds (0: none are), and until when ClickHouse takes an insert
-- of the others.
SELECT
    toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS deadline,
    groupUniqArray(kafka_offset) AS offsets,
    toUnixTimestamp(toDateTime(min(arrived_at))) AS since
FROM {table}
WHERE kafka_batch = {batch:String}
