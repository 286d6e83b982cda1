-- The demo's rows, once: the ten logins, each unless it stands already, and three weeks of forty users' events for the
-- named queries, if there are no events yet.

INSERT INTO user_login (username, event_type, event_time)
SELECT username, event_type, event_time::timestamp
FROM (
    VALUES
        ('john_doe', 'login', '2023-10-26 10:00:00'),
        ('jane_smith', 'register', '2023-10-26 10:15:00'),
        ('john_doe', 'purchase', '2023-10-26 10:30:00'),
        ('bob_builder', 'login', '2023-10-26 11:00:00'),
        ('alice_wonderland', 'register', '2023-10-26 11:15:00'),
        ('bob_builder', 'purchase', '2023-10-26 11:30:00'),
        ('john_doe', 'logout', '2023-10-26 12:00:00'),
        ('jane_smith', 'login', '2023-10-26 12:15:00'),
        ('john_doe', 'login', '2024-11-15 14:00:00'),
        ('jane_smith', 'register', '2024-11-15 14:15:00')
) AS sample (username, event_type, event_time)
WHERE NOT EXISTS (
    SELECT
    FROM user_login AS l
    WHERE
        l.username = sample.username
        AND l.event_type = sample.event_type
        AND l.event_time = sample.event_time::timestamp
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
