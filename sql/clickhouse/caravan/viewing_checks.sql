-- How the viewing events' views stand: events left out, seconds since the mart was built, the first failure.
SELECT
    (SELECT count() FROM staging.viewing_events_left_out) AS left_out,
    toFloat64(
        ifNull(
            maxIf(
                dateDiff('second', last_success_time, now()),
                database = 'marts' AND isNotNull(last_success_time)),
            0)) AS age,
    ifNull(max(exception), '') AS problem
FROM system.view_refreshes
WHERE (database, view) IN (('staging', 'viewing_events'), ('marts', 'viewing_sessions_refresh'))
