-- Which of these keys are in {table} from another batch, and which from this one, with the hash of what came with them;
-- until when ClickHouse takes the insert that follows; and what changes when there is another view on the server.
SELECT
    toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS deadline,
    groupUniqArrayIf((kafka_key, toString(kafka_content)), kafka_batch != {batch:String}) AS others,
    groupUniqArrayIf((kafka_key, toString(kafka_content)), kafka_batch = {batch:String}) AS own,
    (
        SELECT toString(groupBitXor(cityHash64(uuid, metadata_modification_time, dependencies_database, dependencies_table)))
        FROM system.tables
        WHERE
            database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')
            AND (engine = 'MaterializedView' OR notEmpty(dependencies_table))
    ) AS views
FROM {table}_keys
WHERE kafka_key IN (SELECT key FROM format(TSV, 'key String', {keys:String}))
