-- Which offsets of a batch are in {table}, and until when ClickHouse takes an insert of the others.
SELECT
    toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS deadline,
    groupUniqArray(kafka_offset) AS offsets
FROM {table}
WHERE kafka_batch = {batch:String}
