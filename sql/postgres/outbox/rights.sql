-- What the owner of an outbox's table has to run before this account can send it; nothing if it can. The parameters: the
-- table, and the column that notes what was sent, or nothing.
WITH wanted AS (
    SELECT to_regclass(CAST(? AS text)) AS source, CAST(? AS text) AS flag
)
SELECT format('GRANT SELECT ON %s TO %I', source, current_user) AS statement
FROM wanted
WHERE EXISTS (
    SELECT
    FROM pg_attribute
    WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND NOT has_column_privilege(source, attnum, 'SELECT')
)
UNION ALL
SELECT format('GRANT UPDATE ON %s TO %I', source, current_user)
FROM wanted
WHERE flag IS NOT NULL AND NOT has_column_privilege(source, flag, 'UPDATE')
