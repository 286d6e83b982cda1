-- How many rows of the table stand at or before the position, but for those that are skipped; reads all of them.
SELECT count(*) AS rows
FROM {table} AS t
WHERE
    t.{apart} <= (
        SELECT arrival
        FROM caravan_arrivals.position
        WHERE pipeline = :?pipeline AND relation = '{table}'::regclass::oid
    )
    AND NOT EXISTS (
        SELECT FROM caravan_arrivals.skipped AS s WHERE s.pipeline = :?pipeline AND s.arrival = t.{apart}
    )
