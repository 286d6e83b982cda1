-- A row that is larger than a record may be is not looked at again.
INSERT INTO caravan_outbox.skipped (pipeline, key, bytes, reason)
VALUES (:?pipeline, :?key, :?bytes, 'larger than record-bytes')
ON CONFLICT (pipeline, md5(key)) DO NOTHING
