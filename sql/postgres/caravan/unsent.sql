-- The next unsent rows by key, locked; rows that others hold are left for later.
SELECT
    t.ctid::text AS place,
    {key} AS key,
    row_to_json((SELECT r FROM (SELECT {columns}) AS r))::text AS value,
    to_char({committed} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS committed
FROM {table} AS t
WHERE t.{flag} IS NOT TRUE {after}
ORDER BY {order}
LIMIT ?
FOR UPDATE OF t SKIP LOCKED
