-- All rows up to the last one are sent: how many, if the position is there.
WITH moved AS (
    UPDATE caravan_arrivals.position
    SET arrival = CAST(:?last AS bigint), relation = '{table}'::regclass::oid, moved_at = now()
    WHERE pipeline = :?pipeline
    RETURNING CAST(:?sent AS bigint) AS sent
)
SELECT coalesce(sum(sent), 0)::bigint FROM moved
