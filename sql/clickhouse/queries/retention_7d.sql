-- A row per day of users' first events: how many of them came back on one of the seven days after.
SELECT
    day_0,
    count() AS total_users_day_0,
    countIf(returned) AS returned_in_7_days,
    round(100 * returned_in_7_days / total_users_day_0, 2) AS retention_7d_percent
FROM (
    SELECT
        user_id,
        min(toDate(event_time)) AS day_0,
        arrayExists(day -> day > day_0 AND day <= day_0 + 7, groupUniqArray(toDate(event_time))) AS returned
    FROM user_events
    WHERE user_id IS NOT NULL AND event_time IS NOT NULL
    GROUP BY user_id
)
GROUP BY day_0
ORDER BY day_0
