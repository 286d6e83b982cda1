-- The rows behind a pipeline's position as they arrived, up to :?bytes of JSON, unless another runtime holds the
-- position; before them, those that were skipped and are released. A pipeline that has no position yet begins before the first
-- row, with the next poll. The columns are read by their place.
WITH begun AS (
    INSERT INTO caravan_arrivals.position (pipeline, relation)
    SELECT CAST(:?pipeline AS text), '{table}'::regclass::oid
    WHERE NOT EXISTS (SELECT FROM caravan_arrivals.position WHERE pipeline = :?pipeline)
    ON CONFLICT (pipeline) DO NOTHING
)
SELECT '' AS relation, place, key, value, bytes, committed, NULL::text AS after, lost, transaction, {numbers} AS numbers
FROM (
    SELECT
        f.*,
        sum(octet_length(f.value)) OVER (ORDER BY f.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM (
        SELECT
            a.number,
            a.number::text AS place,
            a.key,
            CASE WHEN octet_length(a.value) <= :?largest THEN a.value END AS value,
            coalesce(octet_length(a.value), a.size) AS bytes,
            a.committed,
            a.transaction,
            CASE WHEN NOT p.valid THEN p.arrival END AS lost
        FROM (
            SELECT
                p.arrival,
                -- Whether it is a position in the table and numbers of today.
                p.relation = '{table}'::regclass::oid AND p.arrival <= (SELECT last_value FROM {sequence}) AS valid
            FROM caravan_arrivals.position AS p
            WHERE p.pipeline = :?pipeline
            FOR UPDATE OF p SKIP LOCKED
        ) AS p
        CROSS JOIN LATERAL (
            SELECT
                t.{apart} AS number,
                {key} AS key,
                {size} AS size,
                CASE
                    WHEN {size} <= :?largest
                        THEN row_to_json((SELECT whole_row FROM (SELECT {columns}) AS whole_row))::text
                END AS value,
                ({committed} AT TIME ZONE 'UTC')::text AS committed,
                t.xmin AS transaction
            FROM (
                (
                    SELECT t.xmin, t.*
                    FROM caravan_arrivals.skipped AS s
                    JOIN {table} AS t ON t.{apart} = s.arrival AND {key} = s.key
                    WHERE s.pipeline = :?pipeline AND s.released AND s.relation = '{table}'::regclass::oid AND p.valid
                    ORDER BY t.{apart}
                    LIMIT :?rows
                )
                UNION ALL
                (
                    SELECT t.xmin, t.*
                    FROM {table} AS t
                    WHERE t.{apart} > CASE WHEN p.valid THEN p.arrival ELSE 0 END
                    ORDER BY t.{apart}
                    LIMIT :?rows
                )
            ) AS t
            ORDER BY t.{apart}
            LIMIT :?rows
        ) AS a
    ) AS f
) AS b
WHERE coalesce(before, 0) < :?bytes
ORDER BY number
