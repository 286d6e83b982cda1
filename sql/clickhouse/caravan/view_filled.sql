-- How many rows of a view's table {target} have taken something from this offset on, of one partition.
SELECT count() AS filled FROM {target} WHERE kafka_offsets[{partition:UInt32}] >= {start:UInt64}
