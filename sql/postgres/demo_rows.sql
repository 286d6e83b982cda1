-- The demo's rows: ten logins, and a week of events of forty users for the named queries. Only into empty tables.

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
) AS samples (username, event_type, event_time)
WHERE NOT EXISTS (SELECT FROM user_login);

INSERT INTO user_events (user_id, event_type, points_spent, event_time)
SELECT
    n % 40 + 1,
    (ARRAY['login', 'purchase', 'level_up'])[n % 3 + 1],
    CASE n % 3 WHEN 1 THEN n % 90 + 10 ELSE 0 END,
    date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => n * 7 % 8, mins => n * 11 % 1400)
FROM generate_series(1, 200) AS n
WHERE NOT EXISTS (SELECT FROM user_events);
