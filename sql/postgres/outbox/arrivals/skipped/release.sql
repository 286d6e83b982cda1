-- Rows that an outbox's position has passed, all of them or the one of a key, are sent with the next poll.
UPDATE caravan_arrivals.skipped
SET released = TRUE
WHERE pipeline = :pipeline AND NOT released AND key = coalesce(:key, key)
