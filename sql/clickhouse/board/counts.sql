-- How many rows a sink's table has, and how many keys have come into it, as the server counts them without reading rows;
-- whether rows leave it by a TTL, or may be merged into fewer.
SELECT
    assumeNotNull(maxIf(total_rows, name = {table:String})) AS rows,
    assumeNotNull(maxIf(total_rows, name = concat({table:String}, '_keys'))) AS keys,
    maxIf(match(engine_full, '\\bTTL\\b') OR engine NOT IN ('MergeTree', 'ReplicatedMergeTree', 'SharedMergeTree'), name = {table:String}) AS shrinks
FROM system.tables
WHERE database = currentDatabase() AND name IN ({table:String}, concat({table:String}, '_keys'))
