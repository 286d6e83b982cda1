-- The next unsent rows by key, locked, up to :?bytes of JSON; rows that others hold are left for later, and so is the
-- value of a row that is larger than :?largest. By the key's first column behind :?after, or from the first unsent row.
-- The columns are read by their place.
SELECT
    relation,
    place,
    key,
    value,
    CASE WHEN value IS NULL THEN coalesce(length, size) END AS bytes,
    committed,
    after,
    NULL::bigint AS lost,
    transaction,
    {numbers} AS numbers
FROM (
    SELECT
        l.relation,
        l.place,
        l.key,
        CASE WHEN octet_length(l.value) <= :?largest THEN l.value END AS value,
        octet_length(l.value) AS length,
        l.size,
        l.committed,
        l.after,
        l.transaction,
        sum(CASE WHEN octet_length(l.value) <= :?largest THEN octet_length(l.value) END)
            OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM (
        SELECT
            t.tableoid AS relation,
            t.ctid AS place,
            {key} AS key,
            {size} AS size,
            CASE WHEN {size} <= :?largest THEN row_to_json(whole_row)::text END AS value,
            ({committed} AT TIME ZONE 'UTC')::text AS committed,
            {first}::text AS after,
            t.xmin AS transaction
        FROM {table} AS t
        CROSS JOIN LATERAL (SELECT {columns}) AS whole_row
        WHERE
            t.{apart} IS NOT TRUE
            AND {first} >= coalesce(
                CAST(:?after AS {first-type}),
                (SELECT {first} FROM {table} AS t WHERE t.{apart} IS NOT TRUE ORDER BY {order} LIMIT 1))
            AND {not-skipped}
        ORDER BY {order}
        LIMIT :?rows
        FOR UPDATE OF t SKIP LOCKED
    ) AS l
) AS b
WHERE before IS NULL OR before < :?bytes
