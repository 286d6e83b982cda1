-- How many rows are unsent (counted up to a million), and for how many seconds the first of them by key.
SELECT
    (SELECT count(*) FROM (SELECT FROM {table} AS t WHERE t.{apart} IS NOT TRUE LIMIT 1000000) AS counted) AS rows,
    coalesce(
        (
            SELECT extract(EPOCH FROM clock_timestamp() - {committed})
            FROM {table} AS t
            WHERE t.{apart} IS NOT TRUE
            ORDER BY {order}
            LIMIT 1
        ),
        0
    ) AS seconds
