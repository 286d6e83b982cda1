-- Of rows that were sent, those whose flag is not set: they are not sent again.
INSERT INTO caravan_outbox.skipped (pipeline, key, reason)
SELECT :?pipeline, {key}, 'sent, and its flag could not be set: a trigger on ' || t.tableoid::regclass
FROM {table} AS t
WHERE t.tableoid = CAST(:?relation AS oid) AND t.{apart} IS NOT TRUE AND {key} = ANY (CAST(:?keys AS text[]))
ON CONFLICT (pipeline, md5(key)) DO NOTHING
