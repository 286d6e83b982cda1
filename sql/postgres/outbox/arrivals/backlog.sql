-- How many rows stand behind the position (counted up to a million), and for how many seconds the first of them.
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
    coalesce(
        (
            SELECT extract(EPOCH FROM clock_timestamp() - {committed})
            FROM {table} AS t
            WHERE t.{apart} > (SELECT arrival FROM p)
            ORDER BY t.{apart}
            LIMIT 1
        ),
        0
    ) AS seconds
