-- The models' views: from which text each was made, its rows, and what came of its last refresh. Each refresh makes the
-- inner table anew; its time is known when the server has forgotten that of the refresh. One that appends has no inner
-- table; its rows are all versions, until ClickHouse merges them.
SELECT
    view.database || '.' || view.name AS name,
    view.comment AS definition,
    ifNull(inner.total_rows, 0) AS rows,
    toUnixTimestamp(if(rows > 0 AND startsWith(inner.name, '.'), inner.metadata_modification_time, toDateTime(0))) AS inner_built,
    ifNull(toUnixTimestamp(refresh.last_success_time), 0) AS built,
    ifNull(refresh.last_success_duration_ms, 0) AS ms,
    refresh.status AS status,
    refresh.exception AS exception
FROM (
    SELECT database, name, uuid, comment
    FROM system.tables
    WHERE database IN ('staging', 'marts') AND engine = 'MaterializedView'
) AS view
LEFT JOIN (
    SELECT database, name, total_rows, metadata_modification_time
    FROM system.tables
    WHERE database IN ('staging', 'marts') AND engine LIKE '%MergeTree'
) AS inner
    ON inner.database = view.database
    AND inner.name = if(
        endsWith(view.name, '_refresh'),
        replaceOne(view.name, '_refresh', '_versions'),
        '.inner_id.' || toString(view.uuid))
LEFT JOIN system.view_refreshes AS refresh ON refresh.database = view.database AND refresh.view = view.name
