-- The partitions of the rows that are to be moved into {table}.
SELECT DISTINCT partition_id
FROM system.parts
WHERE database = currentDatabase() AND table = '{table}_repair' AND active
