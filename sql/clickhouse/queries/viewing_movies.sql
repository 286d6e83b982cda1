-- Films by the time that was watched: sessions, users, and how many watched to the end.
SELECT
    movie_id,
    count() AS sessions,
    uniqExact(user_id) AS users,
    countIf(completed) AS completed,
    round(sum(watched_seconds) / 60, 1) AS watched_minutes
FROM marts.viewing_sessions
WHERE toDate(started) BETWEEN {from:Date} AND {to:Date}
GROUP BY movie_id
ORDER BY watched_minutes DESC, movie_id
LIMIT {most:UInt64}
SETTINGS exact_rows_before_limit = 1
