-- How many rows are unsent (counted up to a million), and how many are skipped; of the first by key, for how many seconds
-- it has been committed, if Postgres keeps that, and its transaction; transactions that come later.
SELECT
    (
        SELECT count(*)
        FROM (SELECT FROM {table} AS t WHERE t.{apart} IS NOT TRUE AND {not-skipped} LIMIT 1000000) AS counted
    ) AS rows,
    {skipped} AS skipped,
    f.seconds,
    f.transaction,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
FROM (SELECT) AS one
LEFT JOIN (
    SELECT extract(EPOCH FROM clock_timestamp() - {committed}) AS seconds, t.xmin::text::bigint AS transaction
    FROM {table} AS t
    WHERE t.{apart} IS NOT TRUE AND {not-skipped}
    ORDER BY {order}
    LIMIT 1
) AS f ON TRUE
