-- Which offsets of a batch are in {table}, and how many batches have come in since the batch began to.
SELECT
    (SELECT groupUniqArray(kafka_offset) FROM {table} WHERE kafka_batch = {batch:String}) AS offsets,
    uniqExact(kafka_batch) AS later
FROM {table}
WHERE arrived_at >= (SELECT min(arrived_at) FROM {table} WHERE kafka_batch = {batch:String})
