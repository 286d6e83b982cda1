-- Rows of user_login by id, as the demo shows them.
SELECT
    id,
    username,
    event_type,
    formatDateTime(event_time, '%F %T') AS event_time,
    dateDiff('millisecond', committed_at, arrived_at) AS ms
FROM user_login
WHERE id IN {ids:Array(Int32)}
ORDER BY user_login.event_time, id
