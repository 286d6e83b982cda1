-- The latest hundred logins, registrations and purchases, and how long each took from commit to arrival.
SELECT
    id,
    username,
    event_type,
    event_time,
    arrived_at,
    dateDiff('millisecond', committed_at, arrived_at) AS ms_from_commit
FROM (SELECT * FROM user_login ORDER BY id DESC LIMIT 100)
ORDER BY id
