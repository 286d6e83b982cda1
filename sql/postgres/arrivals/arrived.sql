-- The rows behind a position, as they arrived.
SELECT
    t.{arrival}::text AS place,
    {key} AS key,
    row_to_json((SELECT r FROM (SELECT {columns}) AS r))::text AS value,
    to_char({committed} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS committed
FROM {table} AS t
WHERE t.{arrival} > ?
ORDER BY t.{arrival}
LIMIT ?
