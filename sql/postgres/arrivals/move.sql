-- All rows up to this one are sent.
UPDATE caravan_arrivals.position
SET arrival = ?, relation = '{table}'::regclass::oid, moved_at = now()
WHERE pipeline = ?
