-- Sessions a day, by their beginning: how many, how many watched to the end, and for how long.
SELECT
    toDate(started) AS day,
    count() AS sessions,
    countIf(completed) AS completed,
    completed / sessions AS completed_share,
    round(sum(watched_seconds) / 60, 1) AS watched_minutes
FROM marts.viewing_sessions
WHERE day BETWEEN {from:Date} AND {to:Date}
GROUP BY day
ORDER BY day
