-- The position of a pipeline that has none yet: before the first row.
INSERT INTO caravan_arrivals.position (pipeline, relation)
VALUES (?, '{table}'::regclass::oid)
ON CONFLICT (pipeline) DO NOTHING
