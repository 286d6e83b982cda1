-- The skipped rows of an outbox, the oldest first.
SELECT key, bytes, reason, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM caravan_outbox.skipped
WHERE pipeline = :pipeline
ORDER BY skipped.since, key
