-- All rows up to the last one are sent.
UPDATE caravan_arrivals.position
SET arrival = CAST(:?last AS bigint), relation = '{table}'::regclass::oid, moved_at = now()
WHERE pipeline = :?pipeline
