-- Which of these keys stand in {table} from another batch.
SELECT kafka_key
FROM {table}_keys
WHERE kafka_key IN (SELECT arrayJoin(splitByString({separator:String}, {keys:String}))) AND kafka_batch != {batch:String}
