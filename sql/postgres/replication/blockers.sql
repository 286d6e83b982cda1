-- Who keeps a process of this server waiting, and how to end that; no row where there is no such process.
SELECT
    coalesce(
        (
            SELECT
                string_agg(
                    CASE
                        WHEN b.pid = 0 THEN 'a prepared transaction (see pg_prepared_xacts)'
                        ELSE
                            'process ' || b.pid
                            || coalesce(' of user ' || a.usename, '')
                            || coalesce(', application "' || nullif(a.application_name, '') || '"', '')
                            || coalesce(', its transaction open since ' || date_trunc('second', a.xact_start), '')
                            || ': end it there, or run SELECT pg_terminate_backend(' || b.pid || ')'
                    END,
                    '; '
                )
            FROM (SELECT DISTINCT unnest(pg_blocking_pids(s.pid)) AS pid) AS b
            LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid
        ),
        'an answer' || coalesce(' (' || s.wait_event_type || ': ' || s.wait_event || ')', '')
    ) AS blockers
FROM pg_stat_activity AS s
WHERE s.pid = ?
