-- What the database's owner has to run before this account can make the trail of users, or export it; nothing if it can.
WITH place AS (
    SELECT
        n.oid,
        EXISTS (
            SELECT
            FROM pg_class AS c
            JOIN pg_namespace AS own ON own.oid = c.relnamespace
            WHERE own.nspname = 'caravan_jobs' AND c.relname = 'flyway_audit'
        ) AS made
    FROM pg_namespace AS n
    WHERE n.nspname = 'public'
)
SELECT format('GRANT USAGE, CREATE ON SCHEMA public TO %I', current_user) AS statement
FROM place
WHERE NOT made AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
UNION ALL
SELECT format('ALTER TABLE public.%I OWNER TO %I', c.relname, current_user)
FROM place AS p
JOIN pg_class AS c ON c.relnamespace = p.oid AND c.relname IN ('users', 'users_audit')
WHERE NOT p.made AND NOT pg_has_role(c.relowner, 'USAGE')
UNION ALL
SELECT format('GRANT SELECT ON public.users_audit TO %I', current_user)
FROM place AS p
JOIN pg_class AS c ON c.relnamespace = p.oid AND c.relname = 'users_audit'
WHERE p.made AND NOT has_table_privilege(c.oid, 'SELECT')
