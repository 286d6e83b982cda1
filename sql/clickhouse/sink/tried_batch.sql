-- Which offsets of a batch are in {table}, since when, in seconds (0: none are), how many batches have come in since the
-- batch began to, and whether ClickHouse was started since.
SELECT
    (SELECT groupUniqArray(kafka_offset) FROM {table} WHERE kafka_batch = {batch:String}) AS offsets,
    uniqExact(kafka_batch) AS later,
    (SELECT toUnixTimestamp(toDateTime(min(arrived_at))) FROM {table} WHERE kafka_batch = {batch:String}) AS since,
    (SELECT min(arrived_at) FROM {table} WHERE kafka_batch = {batch:String}) <= now64(3) - toIntervalSecond(uptime()) AS restarted
FROM {table}
WHERE arrived_at >= (SELECT min(arrived_at) FROM {table} WHERE kafka_batch = {batch:String})
