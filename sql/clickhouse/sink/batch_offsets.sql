-- Which offsets of a batch are in {table}.
SELECT DISTINCT kafka_offset FROM {table} WHERE kafka_batch = {batch:String}
