-- The demo's rows, once: the ten logins, each unless it is there already, and three weeks of forty users' events for the
-- named queries, if there are no events yet.

INSERT INTO user_login (username, event_type, event_time)
SELECT username, event_type, event_time
FROM ({logins}) AS sample (username, event_type, event_time)
WHERE NOT EXISTS (
    SELECT
    FROM user_login AS l
    WHERE
        l.username = sample.username
        AND l.event_type = sample.event_type
        AND l.event_time = sample.event_time
)
ORDER BY event_time;

INSERT INTO user_events (user_id, event_type, points_spent, event_time)
SELECT
    u,
    (ARRAY['login', 'purchase', 'level_up'])[(u + k) % 3 + 1],
    CASE (u + k) % 3 WHEN 1 THEN 10 * (u % 5 + k) ELSE 0 END,
    date_trunc('day', now() AT TIME ZONE 'UTC')
    - make_interval(days => 20 - u % 7)
    + make_interval(days => CASE WHEN u % 3 = 0 THEN 0 ELSE k * (u % 4) END, mins => (u * 37 + k * 211) % 1440)
FROM generate_series(1, 40) AS u, generate_series(0, 4) AS k
WHERE NOT EXISTS (SELECT FROM user_events)
ORDER BY 4;
