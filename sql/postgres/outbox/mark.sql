-- Rows of one table or partition that are locked in this transaction are sent now: how many of them say so. A place is
-- one in its own table only. A trigger can keep a row as it was, or set its flag back.
WITH marked AS (
    UPDATE {table} AS t SET {apart} = TRUE
    WHERE t.tableoid = CAST(:?relation AS oid) AND t.ctid = ANY (CAST(:?places AS tid[]))
    RETURNING t.{apart} AS done
)
SELECT count(*) FILTER (WHERE done) FROM marked
