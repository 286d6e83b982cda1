-- The rows that an outbox's position has passed without sending them, the oldest first.
SELECT key, bytes, reason, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM caravan_arrivals.skipped
WHERE pipeline = :pipeline AND NOT released
ORDER BY skipped.since, arrival
