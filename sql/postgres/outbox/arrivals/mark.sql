-- All rows up to the last one are sent, or noted as skipped: how many were sent, if the position is there. Rows that were skipped
-- and are sent now are behind it, and do not move it back. In a table that was made anew none of the notes is true.
WITH p AS (
    SELECT relation = '{table}'::regclass::oid AND arrival <= (SELECT last_value FROM {sequence}) AS valid
    FROM caravan_arrivals.position
    WHERE pipeline = :?pipeline
),
sent AS (
    DELETE FROM caravan_arrivals.skipped AS s
    USING p
    WHERE s.pipeline = :?pipeline AND (s.arrival = ANY (CAST(:?places AS bigint[])) OR NOT p.valid)
),
moved AS (
    UPDATE caravan_arrivals.position AS m
    SET
        arrival = CASE WHEN p.valid THEN greatest(m.arrival, CAST(:?last AS bigint)) ELSE CAST(:?last AS bigint) END,
        relation = '{table}'::regclass::oid,
        moved_at = now()
    FROM p
    WHERE m.pipeline = :?pipeline
    RETURNING CAST(:?sent AS bigint) AS sent
)
SELECT coalesce(sum(sent), 0)::bigint FROM moved
