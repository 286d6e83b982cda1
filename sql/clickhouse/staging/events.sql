-- Events, each event_id once: of several lines with the same one, the earliest file day wins, and in its file the first
-- line, so that a line that is sent again later changes no day that was reported. event_date is defined in raw.lines. What
-- lies behind the last loaded day is left for the load of its own day. Stored by day, as raw is: sorting by user took a third
-- of the time, and no model was faster for it.
-- grain: an event
-- keys: event_date
-- after: staging.loaded
SELECT
    event_id,
    day AS file_day,
    event_date,
    event_timestamp,
    user_id,
    event_type,
    session_id,
    purchase_amount,
    task_id,
    task_result,
    ab_test_id,
    ab_group
FROM raw.lines
WHERE reason = ''
    AND event_date <= (SELECT last_day FROM staging.loaded)
    AND (day, line_number) NOT IN (
        SELECT day, line_number
        FROM (
            SELECT day, line_number, row_number() OVER (PARTITION BY event_id ORDER BY day, line_number) AS nth
            FROM raw.lines
            WHERE reason = '' AND cityHash64(event_id) IN (
                -- Hashes take a third of the memory; one that two ids share only brings in a line too many here.
                SELECT cityHash64(event_id) AS hash
                FROM raw.lines
                WHERE reason = ''
                GROUP BY hash
                HAVING count() > 1
            )
        )
        WHERE nth > 1
    )
