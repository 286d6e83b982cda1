-- What this account lacks to make the subscription of a name, or to have it as Caravan does; nothing if it can.
WITH named AS (
    SELECT s.subowner
    FROM pg_subscription AS s
    JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database()
    WHERE s.subname = CAST(? AS text)
)
SELECT 'CREATE on the database' AS lacking
WHERE
    (NOT EXISTS (SELECT FROM named) OR to_regclass('raw.events') IS NULL)
    AND NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
-- Before version 16, a superuser alone may subscribe.
SELECT 'membership in pg_create_subscription'
FROM pg_roles AS me
LEFT JOIN pg_roles AS subscribers ON subscribers.rolname = 'pg_create_subscription'
WHERE
    me.rolname = current_user
    AND NOT EXISTS (SELECT FROM named)
    AND NOT (me.rolsuper OR subscribers.oid IS NOT NULL AND pg_has_role(subscribers.oid, 'USAGE'))
UNION ALL
SELECT 'ownership of the subscription'
FROM named
WHERE NOT pg_has_role(subowner, 'USAGE')
