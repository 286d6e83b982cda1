-- Which of these keys stand in {table}_keys from this batch.
SELECT DISTINCT kafka_key
FROM {table}_keys
WHERE kafka_key IN (SELECT key FROM format(TSV, 'key String', {keys:String})) AND kafka_batch = {batch:String}
