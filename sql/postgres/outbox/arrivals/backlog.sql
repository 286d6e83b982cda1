-- How many rows stand behind the position (counted up to a million), and how many are skipped; of the first behind it, for how
-- many seconds it has been committed, if Postgres keeps that, and its transaction; transactions that come later.
WITH p AS (
    SELECT
        coalesce(
            (
                SELECT arrival
                FROM caravan_arrivals.position
                WHERE pipeline = :?pipeline AND relation = '{table}'::regclass::oid
            ),
            0
        ) AS arrival
)
SELECT
    (
        SELECT count(*)
        FROM (SELECT FROM {table} AS t WHERE t.{apart} > (SELECT arrival FROM p) LIMIT 1000000) AS counted
    ) AS rows,
    (SELECT count(*) FROM caravan_arrivals.skipped AS s WHERE s.pipeline = :?pipeline AND NOT s.released) AS skipped,
    f.seconds,
    f.transaction,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
FROM (SELECT) AS one
LEFT JOIN (
    SELECT extract(EPOCH FROM clock_timestamp() - {committed}) AS seconds, t.xmin::text::bigint AS transaction
    FROM {table} AS t
    WHERE t.{apart} > (SELECT arrival FROM p)
    ORDER BY t.{apart}
    LIMIT 1
) AS f ON TRUE
