-- How the viewing events' models stand: refreshed every minute, so one of three minutes ago lacks something.
-- rows of the sessions: those too that a later version has replaced, until ClickHouse merges them.
SELECT
    refresh.database || '.' || replaceOne(refresh.view, '_refresh', '') AS name,
    multiIf(
        refresh.exception != '', 'FAILED',
        built = 0, if(refresh.status = 'Running', 'BUILDING', 'EMPTY'),
        built < toUnixTimestamp(now()) - 180, 'STALE',
        'FRESH') AS state,
    ifNull(toUnixTimestamp(refresh.last_success_time), 0) AS built,
    ifNull(refresh.last_success_duration_ms, 0) AS ms,
    ifNull(target.total_rows, 0) AS rows,
    multiIf(
        refresh.exception != '', refresh.exception,
        state = 'STALE', 'not refreshed for ' || toString(toUnixTimestamp(now()) - built) || ' s, though due every minute',
        '') AS problem
FROM system.view_refreshes AS refresh
LEFT JOIN system.tables AS target
    ON target.database = refresh.database
    AND target.name = if(
        refresh.view = 'viewing_sessions_refresh',
        'viewing_sessions_versions',
        '.inner_id.' || toString(refresh.uuid))
WHERE (refresh.database, refresh.view) IN (('staging', 'viewing_events'), ('marts', 'viewing_sessions_refresh'))
ORDER BY refresh.database DESC
