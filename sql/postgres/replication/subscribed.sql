-- Whether the subscriber has its table and the subscription of this name; the slot that it reads, or, if there is no
-- subscription, the one that it is to have: its name tells this database from every other subscriber's.
SELECT
    to_regclass('raw.events') IS NOT NULL AS table_there,
    s.subname IS NOT NULL AS subscribed,
    CASE
        WHEN s.subname IS NOT NULL THEN s.subslotname
        ELSE
            left(lower(n.subscription), 54) || '_'
            || left(md5(n.subscription || ' ' || d.oid || ' ' || (SELECT system_identifier FROM pg_control_system())), 8)
    END AS slot
FROM (SELECT CAST(? AS text) AS subscription) AS n
JOIN pg_database AS d ON d.datname = current_database()
LEFT JOIN pg_subscription AS s ON s.subname = n.subscription AND s.subdbid = d.oid
