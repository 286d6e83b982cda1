-- How many rows stand behind the position (counted up to a million), and for how many seconds the first of them.
WITH p AS (
    SELECT CASE WHEN relation = '{table}'::regclass::oid THEN arrival ELSE 0 END AS arrival
    FROM caravan_arrivals.position
    WHERE pipeline = ?
)
SELECT
    (
        SELECT count(*)
        FROM (SELECT FROM {table} AS t WHERE t.{arrival} > (SELECT arrival FROM p) LIMIT 1000000) AS counted
    ),
    coalesce(
        (
            SELECT extract(EPOCH FROM clock_timestamp() - {committed})
            FROM {table} AS t
            WHERE t.{arrival} > (SELECT arrival FROM p)
            ORDER BY t.{arrival}
            LIMIT 1
        ),
        0
    )
