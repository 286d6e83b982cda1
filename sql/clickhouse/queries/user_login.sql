-- The latest hundred logins, registrations and purchases, and how long each took to arrive.
SELECT
    id,
    username,
    event_type,
    event_time,
    arrived_at,
    dateDiff('millisecond', committed_at, arrived_at) AS ms_from_commit
FROM user_login
ORDER BY id DESC
LIMIT 100
