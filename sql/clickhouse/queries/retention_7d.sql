-- A row per day of users' first events ever: how many of them came back on one of the seven days after. is_final is false
-- while these seven days are not over, in UTC: the numbers can still grow.
WITH days AS (
    SELECT event_date, groupBitmapMergeState(users) AS active
    FROM user_events_users
    GROUP BY event_date
)
SELECT
    day_0,
    bitmapCardinality(first_seen) AS total_users_day_0,
    bitmapAndCardinality(first_seen, active_after) AS returned_in_7_days,
    round(100 * returned_in_7_days / total_users_day_0, 2) AS retention_7d_percent,
    day_0 + 7 < toDate(now('UTC')) AS is_final
FROM (
    SELECT
        event_date AS day_0,
        bitmapAndnot(active, groupBitmapOrState(active) OVER earlier) AS first_seen,
        groupBitmapOrState(active) OVER after AS active_after
    FROM days
    WINDOW
        earlier AS (ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        after AS (ORDER BY event_date RANGE BETWEEN 1 FOLLOWING AND 7 FOLLOWING)
)
WHERE total_users_day_0 > 0
ORDER BY day_0
