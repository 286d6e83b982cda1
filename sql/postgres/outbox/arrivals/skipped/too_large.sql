-- The position passes a row that is larger than a record may be; it is not looked at again.
INSERT INTO caravan_arrivals.skipped (pipeline, relation, arrival, key, bytes, reason)
VALUES (:?pipeline, '{table}'::regclass::oid, CAST(:?place AS bigint), :?key, :?bytes, 'larger than record-bytes')
ON CONFLICT (pipeline, arrival) DO UPDATE
SET relation = excluded.relation, key = excluded.key, bytes = excluded.bytes, released = FALSE, since = now()
