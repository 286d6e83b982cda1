-- How many rows the table has, how many of them stand at or before the position and are not skipped, and how many stand behind it;
-- the others are skipped. Reads all of them.
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
    count(*) AS rows,
    count(*) FILTER (
        WHERE
            t.{apart} <= (SELECT arrival FROM p)
            AND NOT EXISTS (
                SELECT FROM caravan_arrivals.skipped AS s WHERE s.pipeline = :?pipeline AND s.arrival = t.{apart}
            )
    ) AS sent,
    count(*) FILTER (WHERE t.{apart} > (SELECT arrival FROM p)) AS unsent
FROM {table} AS t
